-- wrap_up_done: the operator is through with the wrap-up; anywhere else it changes nothing.
local o = get_operator(ask.operator)
if not o then
  return refuse('unknown', 'operator ' .. ask.operator)
elseif o.state == 'wrap_up' then
  to_next(o, now)
  match()
end
return answer(o)
