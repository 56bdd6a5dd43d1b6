-- renew: the present lease runs anew.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
end
local o, offered = offered_to(c)
if not o then
  return stale(c)
elseif offered and (is_ringing(o) or is_to_dial(c)) then
  local at = now + ask.lease
  due_at(o.helps == '1' and 'help' or 'lease', c.call, at)
  for _, name in ipairs(o.helps == '1' and { o.operator } or ringing_of(c)) do
    local each = get_operator(name)
    put(each, { ['until'] = at })
    tell_change(each)
  end
  tell('renewed', c.call, o.operator, c.queue, { offer = ask.offer, lease_until = at / 1000 })
end
return answer(true)
