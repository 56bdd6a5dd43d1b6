-- decline: not taken. The caller is back at the same place, the operator paused or ready again.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
elseif c.offer ~= ask.offer or (c.state ~= 'offered' and c.state ~= 'talking') then
  return refuse('stale', 'offer ' .. ask.offer .. ' of call ' .. ask.call)
elseif c.state == 'talking' then
  return refuse('not_allowed', 'a talk cannot be declined')
end
local o = get_operator(c.operator)
take_back(c, 'declined', { reason = ask.reason, pause = ask.pause })
if ask.pause and o.next == '' then
  to_paused(o, ask.reason)
else
  to_next(o, now)
end
match()
return answer(true)
