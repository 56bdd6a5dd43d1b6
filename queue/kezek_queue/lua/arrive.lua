-- arrive: a call is with us. A known one is returned as it stands, now conducted by ask.node.
local SPEAKS = 300000 -- a caller who has not come to the line by then is called back after all
local c = get_call(ask.call)
if not c then
  local since = ask.since > 0 and math.min(ask.since, now) or now
  local place_since, priority, floor, behind_until = since, '0', '-1', '0'
  local kept = ask.caller ~= '' and redis.call('GETDEL', key_of('redial', ask.caller))
  if kept then
    local till, place, level, behind = kept:match('^(%d+),(%d+),(%-?%d+),?(%d*)$')
    if tonumber(till) > now then
      place_since, priority = math.min(tonumber(place), since), level
      floor, behind_until = level, behind ~= '' and behind or '0' -- '' of an earlier version
    end
  end
  -- who dials in himself takes the place of his callback, unless he is being dialled, or on the line by it already
  local promised = ask.caller ~= '' and redis.call('HGET', site.callback_by, ask.caller)
  local callback = promised and get_call(promised)
  local taken_over = callback and is_to_dial(callback) and callback.state ~= 'offered' and callback.reached == '0'
  if taken_over then
    place_since = math.min(place_since, number(callback, 'place_since'))
    priority = text_of(math.max(tonumber(priority), number(callback, 'priority')))
    floor = priority
    behind_until = callback.behind_until ~= '0' and callback.behind_until or behind_until
  end
  c = create('call', ask.call, CALL, {
    caller = ask.caller, dialled = ask.dialled, since = since, place_since = place_since, node = ask.node,
    floor = floor, priority = priority, queue = ask.queue, behind_until = behind_until,
    exchange = ask.exchange, took = taken_over and callback.call or '',
  })
  redis.call('ZADD', site.calls, now, c.call)
  tell_arrival(c)
  if taken_over then
    out_of_line(callback)
    out_of_rank(callback)
    local till = math.max(number(callback, 'until'), now + SPEAKS)
    put(callback, { state = 'later', ['until'] = till })
    due_at('later', callback.call, till)
    tell('postponed', callback.call, '', callback.queue, {
      offer = '0', reason = 'dialled_in', ['until'] = till / 1000, attempts = number(callback, 'attempts'),
    })
  end
elseif c['end'] == '' then
  put(c, { node = ask.node, exchange = ask.exchange, reached = c.kind == 'callback' and '1' or '0' })
  redis.call('ZADD', site.calls, 'XX', now, c.call)
end
return answer(c)
