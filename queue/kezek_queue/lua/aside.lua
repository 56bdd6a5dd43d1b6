-- aside: how the owner's consultation stands.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
elseif not is_owner(c) then
  return stale(c)
elseif c.aside_to ~= ask.to or c.aside_state ~= ask.state then
  put(c, { aside_to = ask.to, aside_state = ask.state })
  tell('aside', c.call, c.operator, c.queue, { offer = ask.offer, to = ask.to, state = ask.state })
end
return answer(true)
