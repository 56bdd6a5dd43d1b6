-- callback: a call of its own at the place of another, or at the place given; never a second one for the same.
local source = get_call(ask.of)
local living = redis.call('HGET', site.callback_of, ask.of)
  or (ask.caller ~= '' and redis.call('HGET', site.callback_by, ask.caller))
local waits = source and (source.state == 'waiting' or source.state == 'offered')
local queue = ask.queue
if source and source.queue ~= '' and (waits or queue == '') then
  queue = source.queue
end
if not living and (ask.caller == '' or queue == '') then
  return refuse('not_allowed', 'a callback needs a number and a queue')
end
local c
if living then
  c = get_call(living)
else
  local at = ask.place_since > 0 and math.min(ask.place_since, now) or now
  if source and (waits or (ask.place_since <= 0 and source.placed_at ~= '0')) then
    at = source.place_since
  end
  local name, n = 'cb-' .. ask.of, 1
  while redis.call('EXISTS', key_of('call', name)) == 1 do
    n = n + 1
    name = 'cb-' .. ask.of .. '.' .. n
  end
  c = create('call', name, CALL, {
    kind = 'callback', of = ask.of, caller = ask.caller, dialled = source and source.dialled or '', since = now,
    place_since = at, node = ask.node ~= '' and ask.node or (source and source.node or ''),
    priority = waits and source.priority or ask.priority,
    behind_until = waits and source.behind_until or '0',
  })
  redis.call('HSET', site.callback_of, ask.of, name)
  redis.call('HSET', site.callback_by, ask.caller, name)
  redis.call('COPY', key_of('notes', ask.of), key_of('notes', name))
  redis.call('PERSIST', key_of('notes', name))
  tell_arrival(c)
end
if waits and source ~= c then
  end_call(source, 'callback')
end
if not living then
  put(c, { queue = queue, skills = waits and source.skills or ask.skills, placed_at = now, line_at = now })
  stand(c)
end
match()
return answer(c)
