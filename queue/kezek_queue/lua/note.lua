-- note: what is known about the call, replaced whole; the event carries no words.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
end
local name = key_of('notes', ask.call)
if redis.call('GET', name) ~= ask.notes then
  redis.call('SET', name, ask.notes)
  if c['end'] ~= '' then
    redis.call('EXPIRE', name, DAY)
  end
  tell('noted', c.call, c.operator, c.queue, {})
end
return answer(true)
