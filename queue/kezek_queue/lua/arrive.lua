-- arrive: a call is with us. A known one is returned as it stands, now conducted by ask.node.
local c = get_call(ask.call)
if not c then
  local since = ask.since > 0 and math.min(ask.since, now) or now
  local place_since, priority = since, '0'
  local kept = ask.caller ~= '' and redis.call('GETDEL', key_of('redial', ask.caller))
  if kept then
    local till, place, level = kept:match('^(%d+),(%d+),(%d+)$')
    if tonumber(till) > now then
      place_since, priority = math.min(tonumber(place), since), level
    end
  end
  c = create('call', ask.call, CALL, {
    caller = ask.caller, dialled = ask.dialled, since = since, place_since = place_since, node = ask.node,
    floor = priority, priority = priority, queue = ask.queue,
    exchange = ask.exchange,
  })
  redis.call('ZADD', key_of('calls'), now, c.call)
  tell_arrival(c)
elseif c['end'] == '' then
  put(c, { node = ask.node, exchange = ask.exchange })
  redis.call('ZADD', key_of('calls'), 'XX', now, c.call)
end
return answer(c)
