-- accept: the operator's phone was picked up; the lease no longer runs.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
end
local o, offered = offered_to(c, ask.operator)
if not o then
  return stale(c)
elseif offered and is_ringing(o) then
  if o.helps == '1' then
    put(c, { helper_accepted = '1' })
    put(o, { ['until'] = '0', missed = '0' })
    due_at('help', c.call)
    tell('accepted', c.call, o.operator, c.queue, { offer = ask.offer })
  else
    taken(c, o)
  end
end
return answer(true)
