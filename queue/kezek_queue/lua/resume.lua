-- resume: caller and operator hear each other again.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
elseif not is_owner(c) then
  return stale(c)
elseif c.held_at ~= '0' then
  put(c, { held = number(c, 'held') + now - c.held_at, held_at = '0' })
  tell('resumed', c.call, c.operator, c.queue, { offer = ask.offer })
end
return answer(true)
