-- sign_out: away, at once or after the present talk.
local o = get_operator(ask.operator)
if not o then
  return refuse('unknown', 'operator ' .. ask.operator)
elseif is_ringing(o) then
  drop_offer(o, 'declined', { reason = 'signed_out', pause = false })
  to_away(o)
elseif o.state == 'offered' or o.state == 'talking' then
  put(o, { next = 'away', next_reason = '' })
elseif o.state ~= 'away' then
  to_away(o)
end
return answer(true)
