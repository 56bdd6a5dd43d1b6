-- transfer: the owner gives the caller away; the call waits for somebody else at its old place and is one call still.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
elseif not is_owner(c) then
  return stale(c)
end
local at, operator, queue = now + ask.wrap_up, c.operator, ask.queue ~= '' and ask.queue or c.queue
finish_owner(c, at, 'transferred')
finish_helper(c, at)
tell('transferred', c.call, operator, c.queue, { offer = ask.offer, queue = queue, operator = ask.wanted })
no_offer(c)
put(c, {
  queue = queue, named = ask.wanted, wanted = ask.wanted, line_at = now, priority = ask.priority or c.priority,
  skills = ask.skills or c.skills,
})
return answer_json(stand(c))
