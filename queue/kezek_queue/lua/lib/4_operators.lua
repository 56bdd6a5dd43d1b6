-- operators: the moves of an operator. Each changes the record, the free line and the due times together, and is told.
local function set_until(o, at)
  if at > 0 then
    redis.call('ZADD', key_of('due'), text_of(at), 'until:' .. o.operator)
  else
    redis.call('ZREM', key_of('due'), 'until:' .. o.operator)
  end
  put_operator(o, { ['until'] = at })
end

local function move(o, state, at, reason)
  if o.state == 'ready' then
    redis.call('ZREM', key_of('free'), o.operator)
  end
  put_operator(o, { state = state, since = now, reason = reason or '' })
  set_until(o, at or 0)
end

local function leave_call(o)
  put_operator(o, { call = '', offer = '0', next = '', next_reason = '' })
end

local function to_ready(o, idle)
  leave_call(o)
  move(o, 'ready')
  put_operator(o, { idle = idle })
  redis.call('ZADD', key_of('free'), text_of(tonumber(idle)), o.operator)
  tell_operator(o)
end

local function to_paused(o, reason)
  leave_call(o)
  move(o, 'paused', 0, reason)
  tell_operator(o)
end

local function drop_desk(o)
  put_operator(o, { desk_ok = '0', beat = '0' })
  redis.call('ZREM', key_of('due'), 'desk:' .. o.operator)
end

local function to_away(o)
  leave_call(o)
  move(o, 'away')
  drop_desk(o)
  tell_operator(o)
end

-- What the operator asked for in the meantime, else ready.
local function to_next(o, idle)
  if o.next == 'paused' then
    to_paused(o, o.next_reason)
  elseif o.next == 'away' then
    to_away(o)
  else
    to_ready(o, idle)
  end
end

local function to_wrap_up(o, at)
  if o.next == 'away' or at <= now then
    to_next(o, now)
  else
    move(o, 'wrap_up', at)
    tell_operator(o)
  end
end
