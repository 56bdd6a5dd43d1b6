-- pause: at once, a ringing offer goes to another; in a talk or wrap-up it takes effect after it.
local o = get_operator(ask.operator)
if not o then
  return refuse('unknown', 'operator ' .. ask.operator)
elseif o.state == 'away' then
  return refuse('not_allowed', 'the operator is not signed in')
elseif is_ringing(o) then
  drop_offer(o, 'declined', { reason = ask.reason, pause = true })
  to_paused(o, ask.reason)
elseif o.state == 'offered' or o.state == 'talking' or o.state == 'wrap_up' then
  put(o, { next = 'paused', next_reason = ask.reason })
elseif o.state ~= 'paused' or o.reason ~= ask.reason then
  to_paused(o, ask.reason)
end
return answer(o)
