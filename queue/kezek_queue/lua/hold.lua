-- hold: the caller hears music.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
elseif not is_owner(c) then
  return stale(c)
elseif c.held_at == '0' then
  put(c, { held_at = now })
  tell('held', c.call, c.operator, c.queue, { offer = ask.offer })
end
return answer(true)
