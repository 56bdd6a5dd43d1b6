-- decline: not taken. The caller is back at the same place, the operator paused or ready again.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
end
local o, offered = offered_to(c, ask.operator)
if not o then
  return stale(c)
elseif not offered then
  return refuse('not_allowed', 'a talk cannot be declined')
end
local all = o.helps == '0' and ask.operator == '' and ringing_of(c) or { o.operator }
for _, name in ipairs(all) do
  local each = get_operator(name)
  drop_offer(each, 'declined', { reason = ask.reason, pause = ask.pause })
  if ask.pause and each.next == '' then
    to_paused(each, ask.reason)
  else
    to_next(each, now)
  end
end
return answer(true)
