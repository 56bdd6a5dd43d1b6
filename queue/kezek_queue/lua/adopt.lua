-- adopt: Asterisk tells of a talk that the line does not know. A call that talks, has talked or is over is left as it is.
local NOT_HIS_OWN = { busy = true, signed_in = true, no_answer = true } -- pauses that nobody asked for
local c, o = get_call(ask.call), get_operator(ask.operator)
if c and (c['end'] ~= '' or c.connected_at ~= '0') then
  return answer(c)
elseif ask.operator == '' or ask.offer == '0' then
  return refuse('not_allowed', 'a talk is adopted with its operator and its offer')
elseif o and o.call ~= ask.call and (o.state == 'talking' or (o.state == 'offered' and not is_ringing(o))) then
  return refuse('not_allowed', 'the operator talks to somebody else')
end
local connected = ask.connected_at > 0 and math.min(ask.connected_at, now) or now
if c then
  leave_line(c) -- its offer was lost, or another one made: whom it rings at is not with the caller
  due_at('later', c.call)
else
  local since = ask.since > 0 and math.min(ask.since, connected) or connected
  c = create('call', ask.call, CALL, {
    caller = ask.caller, dialled = ask.dialled, since = since, place_since = since, node = ask.node, queue = ask.queue,
    exchange = ask.exchange, floor = ask.priority, priority = ask.priority,
  })
  tell_arrival(c)
end
if not o then -- whatever else is known of him comes by `restore` or by his signing in
  o = create('operator', ask.operator, OPERATOR, { signed = now })
  redis.call('ZADD', site.operators, 0, ask.operator)
elseif is_ringing(o) then
  drop_offer(o, 'declined', { reason = 'busy', pause = false })
  to_next(o, o.idle)
end
if o.state == 'paused' and not NOT_HIS_OWN[o.reason] then
  put(o, { next = 'paused', next_reason = o.reason }) -- his own wish, for the time after the talk
elseif o.state == 'away' and o.phone ~= '' then
  put(o, { next = 'away' })
end
fence_above(ask.offer)
redis.call('ZADD', site.calls, now, c.call)
local placed = c.placed_at ~= '0' and math.min(number(c, 'placed_at'), connected) or number(c, 'since')
put(c, {
  state = 'talking', placed_at = placed, line_at = placed, offered_at = connected, connected_at = connected,
  talk_at = connected, operator = o.operator, offer = ask.offer, accepted = '1', rung = '1', ['until'] = '0',
  queue = c.queue ~= '' and c.queue or ask.queue,
})
put(o, { call = c.call, offer = ask.offer, queue = c.queue, helps = '0' })
tell('connected', c.call, o.operator, c.queue, {
  offer = ask.offer, waited_s = (connected - placed) / 1000, helper = false, connected_at = connected / 1000,
})
move(o, 'talking')
need_not_be_called(c)
return answer(c)
