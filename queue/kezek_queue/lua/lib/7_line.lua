-- line: `rank:<queue>` holds the waiting and the offered (an announced place never grows because an offer was not
-- taken), `waits:<queue>` the same by the time they stand, `line:<lane>` only the waiting, all who want the same.
-- `fronts` holds each lane by its head's rank, `dial_fronts` those of callbacks.
local dirty = {} -- lanes that somebody has come to in this script
begins[#begins + 1] = function()
  dirty = {}
end

local function is_to_dial(c)
  return c.kind == 'callback' and c.connected_at == '0'
end

local function rank_of(c)
  return text_of(number(c, 'place_since') - number(c, 'priority') * PRIORITY_STEP)
end

-- Where the caller stands now, and when that changes, 0 for never. Wishes relax with the time in the line.
local function lane_of(c)
  local wish, changes = '', 0
  if c.skills ~= '{}' then
    local line_at, steps = number(c, 'line_at'), rules_of(c.queue).relax
    if steps[1] then
      local skills, after = relaxed(cjson.decode(c.skills), steps, now - line_at)
      wish, changes = wish_text(skills), after and line_at + after or 0
    else
      wish = wish_from(c.skills)
    end
  end
  if c.wanted ~= '' then
    local o, at = get_operator(c.wanted), number(c, 'wanted_until')
    if not o or o.state == 'away' or now >= at then
      put(c, { wanted = '' })
    elseif changes == 0 or at < changes then
      changes = at
    end
  end
  local kind = is_to_dial(c) and 'b' or 'c'
  return c.queue .. '\31' .. wish .. '\31' .. c.wanted .. '\31' .. kind, changes
end

-- The lane's head goes to the fronts; `head` may say who it is: {call, rank}.
local function set_front(lane, head)
  head = head or redis.call('ZRANGE', key_of('line', lane), 0, 0, 'WITHSCORES')
  local to_dial = lane:sub(-1) == 'b'
  if head[1] then
    redis.call('ZADD', key_of('fronts'), head[2], lane)
    if to_dial then
      redis.call('ZADD', key_of('dial_fronts'), head[2], lane)
    end
  else
    dirty[lane] = nil
    redis.call('ZREM', key_of('fronts'), lane)
    if to_dial then
      redis.call('ZREM', key_of('dial_fronts'), lane)
    end
  end
end

local function into_line(c)
  local lane, changes = lane_of(c)
  put(c, { state = 'waiting', lane = lane, relax_at = changes })
  redis.call('ZADD', key_of('line', lane), rank_of(c), c.call)
  set_front(lane)
  dirty[lane] = true
  if changes > 0 then
    redis.call('ZADD', key_of('due'), changes, 'relax:' .. c.call)
  end
end

local function out_of_line(c, head)
  if c.state == 'waiting' then
    redis.call('ZREM', key_of('line', c.lane), c.call)
    set_front(c.lane, head)
    if c.relax_at ~= '0' then
      redis.call('ZREM', key_of('due'), 'relax:' .. c.call)
    end
  end
end

local function into_rank(c)
  redis.call('ZADD', key_of('rank', c.queue), rank_of(c), c.call)
  redis.call('ZADD', key_of('waits', c.queue), c.line_at, c.call)
  redis.call('ZADD', key_of('queues'), 0, c.queue)
  if c.kind == 'callback' then
    redis.call('SADD', key_of('callbacks', c.queue), c.call)
  end
end

local function out_of_rank(c)
  if c.state == 'waiting' or c.state == 'offered' then
    redis.call('ZREM', key_of('rank', c.queue), c.call)
    redis.call('ZREM', key_of('waits', c.queue), c.call)
    if c.kind == 'callback' then
      redis.call('SREM', key_of('callbacks', c.queue), c.call)
    end
  end
end

local function position_of(c)
  return redis.call('ZRANK', key_of('rank', c.queue), c.call) + 1
end

local function place_of(c)
  return {
    call = c.call, queue = c.queue, priority = c.priority, since = c.place_since, position = position_of(c), kind = c.kind,
  }
end

local make_offer, takers_of

-- Into the line with the queue, priority and wishes in the record; the place, as it is told. `alone`: nothing else happens
-- in this verb, so when somebody free can take the call, it rings there at once.
local function stand(c, alone)
  if c.wanted ~= '' then
    local rules = rules_of(c.queue)
    local at = now + rules.named
    if rules.relax[1] then
      at = math.min(at, number(c, 'line_at') + rules.relax[1][1])
    end
    put(c, { wanted_until = at })
  end
  local lane = lane_of(c)
  put(c, { state = 'waiting', lane = lane })
  into_rank(c)
  local place = place_of(c)
  tell('placed', c.call, '', c.queue, {
    priority = number(c, 'priority'), position = place.position, since = c.place_since / 1000, kind = c.kind,
  })
  local takers = alone and takers_of(c, true) or {}
  if #takers > 0 then
    put(c, { state = 'arrived' })
    make_offer(c, takers)
  else
    into_line(c)
  end
  return place
end

-- Who was kept for this operator alone is no longer.
function nobody_waits_for(o)
  for _, lane in ipairs(redis.call('ZRANGE', key_of('fronts'), 0, -1)) do
    local _, _, wanted = split_lane(lane)
    if wanted == o.operator then
      for _, call in ipairs(redis.call('ZRANGE', key_of('line', lane), 0, -1)) do
        local c = get_call(call)
        out_of_line(c)
        into_line(c)
      end
    end
  end
end
