-- leave: out of the line without an end; a later `place` finds the same place.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
elseif c.state == 'talking' then
  return refuse('not_allowed', 'a talk cannot leave the line')
end
leave_line(c)
return answer(true)
