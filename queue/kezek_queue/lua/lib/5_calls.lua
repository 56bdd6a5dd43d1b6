-- calls: the line, the offer, the end. `rank:<queue>` holds the waiting and the offered (an announced place never grows
-- because an offer was not taken), `line:<queue>` only the waiting, `line` their number over all queues.
local PRIORITY_STEP = 1e13 -- more milliseconds than any date has

local function rank_of(c)
  return text_of(tonumber(c.since) - tonumber(c.priority) * PRIORITY_STEP)
end

local function into_line(c)
  put_call(c, { state = 'waiting' })
  redis.call('ZADD', key_of('line', c.queue), rank_of(c), c.call)
  redis.call('SADD', key_of('waiting'), c.call)
end

local function out_of_line(c)
  if c.state == 'waiting' then
    redis.call('ZREM', key_of('line', c.queue), c.call)
    redis.call('SREM', key_of('waiting'), c.call)
  end
end

local function into_rank(c)
  redis.call('ZADD', key_of('rank', c.queue), rank_of(c), c.call)
  redis.call('ZADD', key_of('queues'), 0, c.queue)
end

local function out_of_rank(c)
  if c.state == 'waiting' or c.state == 'offered' then
    redis.call('ZREM', key_of('rank', c.queue), c.call)
  end
end

local function position_of(c)
  return redis.call('ZRANK', key_of('rank', c.queue), c.call) + 1
end

-- Grows for ever, over an empty restart too: a new counter starts at the epoch's seconds times 2^15.
local function next_fence()
  redis.call('SET', key_of('fence'), text_of(math.floor(now / 1000) * 32768), 'NX')
  return redis.call('INCR', key_of('fence'))
end

local function make_offer(c, o)
  local lease_until = now + set.lease
  local offer = next_fence()
  out_of_line(c)
  put_call(c, { state = 'offered', offered_at = now, accepted = '0', operator = o.operator, offer = offer })
  put_operator(o, { call = c.call, offer = offer })
  move(o, 'offered', lease_until)
  tell('offered', c.call, o.operator, c.queue, { offer = text_of(offer), phone = o.phone, lease_until = lease_until / 1000 })
  tell_operator(o)
end

-- The caller is back at the same place; what becomes of the operator is the next line's business.
local function take_back(c, kind, data)
  data.offer = c.offer
  tell(kind, c.call, c.operator, c.queue, data)
  put_call(c, { operator = '', offer = '0', offered_at = '0', accepted = '0' })
  into_line(c)
end

local function is_ringing(o)
  return o.state == 'offered' and get_call(o.call).accepted == '0'
end

-- The desk or the phone went away: a ringing offer is lost, the operator stays ready for when it is back.
local function lose_offer(o, reason)
  if is_ringing(o) then
    take_back(get_call(o.call), 'lapsed', { reason = reason })
    to_ready(o, o.idle)
  else
    tell_operator(o)
  end
end

local function desk_silent(o)
  drop_desk(o)
  lose_offer(o, 'desk_silent')
end

local function end_call(c, how)
  if how == 'abandoned' and c.connected_at ~= '0' then
    how = 'answered'
  end
  local state, operator = c.state, c.operator
  local at = now + set.wrap_up
  if state == 'talking' then
    tell('finished', c.call, operator, c.queue, { offer = c.offer, ['until'] = at / 1000 })
  end
  out_of_line(c)
  out_of_rank(c)
  put_call(c, { state = 'ended', ['end'] = how })
  redis.call('ZREM', key_of('calls'), c.call)
  redis.call('EXPIRE', key_of('call', c.call), DAY)
  redis.call('EXPIRE', key_of('notes', c.call), DAY)
  redis.call('HINCRBY', key_of('counts', day), c.queue .. '|' .. how, 1)
  redis.call('EXPIRE', key_of('counts', day), 3 * DAY)
  tell('ended', c.call, operator, c.queue, {
    ['end'] = how,
    since = tonumber(c.since) / 1000,
    connected_at = tonumber(c.connected_at) / 1000,
  })
  if state == 'offered' then
    local o = get_operator(operator)
    put_call(c, { operator = '', offer = '0' })
    to_next(o, o.idle)
  elseif state == 'talking' then
    to_wrap_up(get_operator(operator), at)
  end
end
