-- ready: the operator's own command; in a talk it takes back what was asked for the time after it (P17).
local o = get_operator(ask.operator)
if not o then
  return refuse('unknown', 'operator ' .. ask.operator)
elseif o.state == 'away' then
  return refuse('not_allowed', 'the operator is not signed in')
elseif o.state == 'paused' then
  to_ready(o, now)
  match()
else
  put(o, { next = '', next_reason = '' })
end
return answer(o)
