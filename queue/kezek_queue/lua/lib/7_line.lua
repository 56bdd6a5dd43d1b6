-- line: `rank:<queue>` holds the waiting and the offered (an announced place never grows because an offer was not
-- taken), `waits:<queue>` the same by the time they stand, `line:<lane>` only the waiting, all who want the same.
-- `fronts` holds each lane by its head's rank, `dial_fronts` those of callbacks.
local dirty = {} -- lanes that somebody has come to in this script
local coming -- a call that waits by its record, and is not in the line's sets yet: as a rule it rings at once
resets[#resets + 1] = function()
  dirty, coming = {}, nil
end

local function is_to_dial(c)
  return c.kind == 'callback' and c.connected_at == '0'
end

local level_of
do
  local usual = { ['0'] = 0, ['9'] = 9, ['-1'] = -1 }
  function level_of(c)
    return usual[c.priority] or number(c, 'priority')
  end
end

local function is_behind(c)
  return level_of(c) < 0
end

local function rank_of(c)
  local level = level_of(c)
  return level == 0 and c.place_since or text_of(c.place_since - level * PRIORITY_STEP)
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
    redis.call('ZADD', site.fronts, head[2], lane)
    if to_dial then
      redis.call('ZADD', site.dial_fronts, head[2], lane)
    end
  else
    dirty[lane] = nil
    redis.call('ZREM', site.fronts, lane)
    if to_dial then
      redis.call('ZREM', site.dial_fronts, lane)
    end
  end
end

-- Before anybody reads the line's sets.
local function settle()
  local c = coming
  if c then
    coming = nil
    redis.call('ZADD', key_of('line', c.lane), rank_of(c), c.call)
    set_front(c.lane)
    dirty[c.lane] = true
    if c.relax_at ~= '0' then
      due_at('relax', c.call, c.relax_at)
    end
  end
end

local function into_line(c)
  settle()
  local lane, changes = lane_of(c)
  c.state, c.lane, c.relax_at = 'waiting', lane, changes > 0 and text_of(changes) or nil
  written[c] = true
  coming, unmatched = c, true
  if c.behind_until ~= '0' and is_behind(c) then
    due_at('behind', c.call, c.behind_until)
  end
end

local function out_of_line(c, head)
  if c.behind_until ~= '0' and c.state == 'waiting' and is_behind(c) then
    due_at('behind', c.call)
  end
  if c == coming then
    coming = nil
  elseif c.state == 'waiting' then
    redis.call('ZREM', key_of('line', c.lane), c.call)
    set_front(c.lane, head)
    if c.relax_at ~= '0' then
      due_at('relax', c.call)
    end
  end
end

-- The place, 1 for the first. Where somebody stood before, the queue is known already.
local function into_rank(c)
  local rank = key_of('rank', c.queue)
  redis.call('ZADD', rank, rank_of(c), c.call)
  redis.call('ZADD', key_of('waits', c.queue), c.line_at, c.call)
  local position = redis.call('ZRANK', rank, c.call) + 1
  if position == 1 then
    redis.call('ZADD', site.queues, 0, c.queue)
  end
  if c.kind == 'callback' then
    redis.call('SADD', key_of('callbacks', c.queue), c.call)
  end
  return position
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

-- Waiting or offered; who is called back instead is not on the line.
local function callers_in(queue)
  return redis.call('ZCARD', key_of('rank', queue)) - redis.call('SCARD', key_of('callbacks', queue))
end

-- The place as JSON, as it is told.
local function place_of(c, position)
  position = position or redis.call('ZRANK', key_of('rank', c.queue), c.call) + 1
  return '{"call":' .. cjson.encode(c.call) .. ',"queue":' .. quoted(c.queue) .. ',"priority":"' .. c.priority
    .. '","since":"' .. c.place_since .. '","position":' .. position .. ',"kind":"' .. c.kind .. '"}'
end

-- Into the line's sets; the place, which is told.
local function stand_there(c)
  into_line(c)
  local position = into_rank(c)
  tell('placed', c.call, '', c.queue, '{"priority":' .. c.priority .. ',"position":' .. position .. ',"since":'
    .. seconds_text(c.place_since) .. ',"kind":"' .. c.kind .. '"}')
  return position
end

local make_offer, takers_of

-- Into the line with the queue, priority and wishes in the record; the place, as it is told. `alone`: nothing else happens
-- in this verb, so when somebody free can take the call, it rings there at once. Who goes behind does so once, and for so
-- long as the rules say.
local function stand(c, alone)
  if is_behind(c) and c.behind_until == '0' then
    local behind = rules_of(c.queue).behind
    put(c, { behind_until = behind > 0 and now + behind or '0' })
  end
  if c.wanted ~= '' then
    local rules = rules_of(c.queue)
    local at = now + rules.named
    if rules.relax[1] then
      at = math.min(at, number(c, 'line_at') + rules.relax[1][1])
    end
    put(c, { wanted_until = at })
  end
  local position = stand_there(c)
  local takers = alone and takers_of(c, true) or {}
  if #takers > 0 then
    make_offer(c, takers)
  end
  return place_of(c, position)
end

-- Behind for long enough: at his first place among the others, whom he has let pass, and never behind again.
local function no_longer_behind(c)
  out_of_line(c)
  out_of_rank(c)
  put(c, { priority = '0', floor = math.max(0, number(c, 'floor')), behind_until = '0' })
  stand_there(c)
end

-- Who was kept for this operator alone is no longer.
function nobody_waits_for(o)
  settle()
  for _, lane in ipairs(redis.call('ZRANGE', site.fronts, 0, -1)) do
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
