-- match: pairs callers with free operators. Highest priority, then longest wait, over all queues an operator serves;
-- callers of one lane are alike. After every script no caller waits whom a free operator could take, so only the lanes
-- that somebody came to and those that a fresh operator serves have to be looked at.
local FIRST, PAGE = 4, 64 -- lanes read at a time
local held = {} -- queues whose free ones are kept from one of the order, and so from all who come after him
local reserved = {} -- queues in which some are kept and one more is free
resets[#resets + 1] = function()
  held, reserved = {}, {}
end

-- Grows for ever: never less than the epoch's seconds times 2^15, so that an emptied server, and one that lost its last
-- second, gives none that a channel has seen.
local function next_fence()
  local fence, least = redis.call('INCR', site.fence), math.floor(now / 1000) * 32768
  if fence <= least then
    fence = least + 1
    redis.call('SET', site.fence, fence)
  end
  return fence
end

-- Of an offer that this server has forgotten, or another one made.
local function fence_above(offer)
  if (tonumber(redis.call('GET', site.fence)) or 0) < tonumber(offer) then
    redis.call('SET', site.fence, offer)
  end
end

local function phones_json(operators)
  local text
  for i = 1, #operators do
    local o = operators[i]
    text = (text and text .. ',[' or '[[') .. quoted(o.phone) .. ',' .. quoted(o.exchange) .. ']'
  end
  return text .. ']'
end

-- `offer` is a text; `phones`, JSON, are those of everybody rung.
local function ring(c, o, offer, at, phones, helps)
  o.call, o.offer, o.queue, o.helps = c.call, offer, c.queue, helps and '1' or nil
  move(o, 'offered', at)
  tell('offered', c.call, o.operator, c.queue, '{"offer":"' .. offer .. '","phone":' .. quoted(o.phone)
    .. ',"exchange":' .. quoted(o.exchange) .. ',"phones":' .. phones .. ',"lease_until":' .. seconds_text(o['until'])
    .. ',"kind":"' .. c.kind .. '","helper":' .. TRUE[helps] .. '}')
end

local function count_dialled(c, by)
  if is_to_dial(c) then
    redis.call('HINCRBY', site.dialled, c.queue, by)
    if by < 0 then
      grown[c.queue], unmatched = true, true
    end
  end
end

function make_offer(c, takers, head)
  local at = now + (is_to_dial(c) and rules_of(c.queue).lease or lease_ms)
  local offer, ringing = text_of(next_fence())
  out_of_line(c, head)
  if #takers > 1 then
    local operators = {}
    for i, o in ipairs(takers) do
      operators[i] = o.operator
    end
    ringing = cjson.encode(operators)
  end
  c.state, c.offered_at, c.accepted, c.operator = 'offered', now_text, nil, takers[1].operator
  c.offer, c.rung, c.ringing = offer, text_of(#takers), ringing
  written[c] = true
  count_dialled(c, 1)
  due_at('lease', c.call, at)
  local phones = phones_json(takers)
  for _, o in ipairs(takers) do
    ring(c, o, offer, at, phones, false)
  end
end

-- One more who is free may mean that somebody else is taken, in any lane: until he himself is, for then as many are free
-- as before.
local function look_past_reserves()
  for _, o in next, fresh do
    for queue in pairs(profile_of(o).queues) do
      local rules = rules_of(queue)
      if rules.reserve + rules.reserve_behind > 0 then
        reserved[queue] = true
      end
    end
  end
end

-- Callbacks being dialled are fewer than their share of the queue's operators at work (P8, P12).
local function may_dial(queue)
  local dialled = tonumber(redis.call('HGET', site.dialled, queue)) or 0
  return dialled < math.max(1, math.floor(rules_of(queue).share * at_work(queue)))
end

-- Of the free operators those to be rung: one, or several for the highest priorities. Nobody who stood free before this
-- script takes whom nobody took then.
function takers_of(c, is_new)
  local queue, wish, wanted, kind = split_lane(c.lane)
  if kind == 'b' and not may_dial(queue) then
    return {}
  elseif wanted ~= '' then
    local o = get_operator(wanted)
    return o and o.state == 'ready' and can_take(o) and { o } or {}
  end
  local most, rules = 1, rules_of(queue)
  if kind == 'c' and level_of(c) >= rules.together_from then
    most = math.max(1, rules.together)
  else
    local kept = rules.reserve + (is_behind(c) and rules.reserve_behind or 0)
    if kept > 0 and free_in(queue) <= kept then
      held[queue] = level_of(c) < rules.together_from or nil
      return {}
    end
  end
  local found = is_new and standing_free(queue, wish, most) or {}
  for _, o in next, fresh do
    if can_take(o) and serves(o, queue, wish) then
      found[#found + 1] = o
    end
  end
  if #found < 2 then
    return found
  end
  local scores, takers = {}, {}
  for _, o in ipairs(found) do
    scores[o] = score_of(o, queue, wish)
  end
  table.sort(found, function(a, b)
    return scores[a] < scores[b] or (scores[a] == scores[b] and a.operator < b.operator)
  end)
  for i = 1, math.min(most, #found) do
    takers[i] = found[i]
  end
  return takers
end

local function offer_head(lane)
  local parts = lane_from(lane)
  if parts[3] == '' and held[parts[1]] then
    return false
  end
  local first = redis.call('ZRANGE', key_of('line', lane), 0, 1, 'WITHSCORES')
  local c = first[1] and get_call(first[1])
  local takers = c and takers_of(c, dirty[lane] or reserved[parts[1]]) or {}
  if #takers > 0 then
    make_offer(c, takers, { first[3], first[4] })
  end
  return #takers > 0
end

local function is_served(lane)
  local parts = lane_from(lane)
  local queue, wish, wanted = parts[1], parts[2], parts[3]
  for name, o in next, fresh do
    if wanted == name or (wanted == '' and serves(o, queue, wish)) then
      return true
    end
  end
  return false
end

-- Through the lanes in the order of their heads, until nobody fresh is left.
local function walk()
  local from = 0
  while next(fresh) do
    local size, offered = from < FIRST and FIRST or PAGE, false
    local lanes = redis.call('ZRANGE', site.fronts, from, from + size - 1)
    for _, lane in ipairs(lanes) do
      offered = (dirty[lane] or reserved[lane_from(lane)[1]] or is_served(lane)) and offer_head(lane)
      if offered then
        break -- the lane's next caller may come after the next lane's
      end
      dirty[lane] = nil
      from = from + 1
    end
    if not offered and #lanes < size then
      return
    end
  end
end

-- With nobody fresh only the lanes that somebody came to: the one whose head goes first, then the next.
local function look_at_dirty()
  while next(dirty) do
    local first, least
    for lane in pairs(dirty) do
      local rank = tonumber(redis.call('ZSCORE', site.fronts, lane))
      if rank and (not first or rank < least or (rank == least and lane < first)) then
        first, least = lane, rank
      end
    end
    if not first then
      return
    elseif not offer_head(first) then
      dirty[first] = nil
    end
  end
end

-- Who has just come and goes before all who wait rings at once, when somebody takes him, and never was in the line.
local function offer_coming()
  local c, takers = coming, {}
  if next(fresh) or redis.call('EXISTS', site.free) == 1 then
    local first = redis.call('ZRANGE', site.fronts, 0, 0, 'WITHSCORES')
    if not first[1] or rank_of(c) + 0 < first[2] + 0 then
      takers = takers_of(c, true)
    end
  end
  if #takers > 0 then
    make_offer(c, takers)
  else
    settle()
  end
end

local function match()
  if not unmatched then
    return
  end
  unmatched, held = false, emptied(held)
  if next(grown) then
    for _, lane in ipairs(redis.call('ZRANGE', site.dial_fronts, 0, -1)) do
      if grown[split_lane(lane)] then
        dirty[lane] = true
      end
    end
    grown = emptied(grown)
  end
  look_past_reserves()
  if coming then
    offer_coming()
  end
  walk()
  if next(dirty) and redis.call('EXISTS', site.free) == 1 then
    look_at_dirty()
  end
  dirty, reserved = emptied(dirty), emptied(reserved)
  for name, o in next, fresh do
    fresh[name] = nil
    into_free(o)
  end
end
