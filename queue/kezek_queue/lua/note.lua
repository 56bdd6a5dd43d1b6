-- note: what is known about the call, replaced whole, or only over what it was made of (`over`: its mark); the event
-- carries no words.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
end
local name = key_of('notes', ask.call)
local kept = redis.call('GET', name)
if ask.over ~= '' and ask.over ~= redis.sha1hex(kept or '{}') then
  return refuse('stale', 'other notes of call ' .. ask.call)
end
if kept ~= ask.notes then
  redis.call('SET', name, ask.notes)
  if c['end'] ~= '' then
    redis.call('EXPIRE', name, DAY)
  end
  tell('noted', c.call, c.operator, c.queue, {})
end
return answer(true)
