-- operator: as it stands.
local o = get_operator(ask.operator)
if not o then
  return refuse('unknown', 'operator ' .. ask.operator)
end
return answer(view_of(o))
