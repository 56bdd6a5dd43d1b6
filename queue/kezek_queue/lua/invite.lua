-- invite: the talk is offered to a second operator, under a fence of its own.
local c, o = get_call(ask.call), get_operator(ask.operator)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
elseif not o then
  return refuse('unknown', 'operator ' .. ask.operator)
elseif not is_owner(c) then
  return stale(c)
elseif c.helper ~= ask.operator or c.helper_at ~= '0' then
  if c.helper ~= '' then
    return refuse('not_allowed', 'the talk has a helper')
  elseif o.state ~= 'ready' or not can_take(o) then
    return refuse('not_allowed', 'the operator is not ready')
  end
  local at = now + lease_ms
  put(c, { helper = o.operator, helper_offer = next_fence(), helper_accepted = '0', helper_at = '0' })
  due_at('help', c.call, at)
  ring(c, o, c.helper_offer, at, phones_json({ o }), true)
end
return answer({
  offer = c.helper_offer, call = c.call, operator = o.operator, phone = o.phone, queue = c.queue,
  lease_until = o['until'],
})
