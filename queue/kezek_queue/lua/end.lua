-- end: the call's one end; what it held (a place, an offer, an operator) goes with it.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
elseif c['end'] ~= '' then
  return answer(false)
end
end_call(c, ask['end'])
return answer(true)
