-- restore: an emptied server is given back what was kept of it, once; what it knows by now stays.
if redis.call('SET', site.restored, now_text, 'NX') == false then
  return answer(false)
end
local function stands_again(kept)
  local o = get_operator(kept.operator)
  if o and o.phone ~= '' and (o.state ~= 'paused' or o.reason ~= 'signed_in') then
    return
  elseif not o then
    o = create('operator', kept.operator, OPERATOR, {})
    redis.call('ZADD', site.operators, 0, kept.operator)
  end
  for _, list in ipairs({ kept.queues, kept.joined }) do
    for _, queue in ipairs(cjson.decode(list)) do
      redis.call('ZADD', site.queues, 0, queue)
    end
  end
  local talks, at = o.state == 'talking' or o.state == 'wrap_up', redis.call('HGET', site.phones, kept.phone)
  serve(o, {
    phone = kept.phone, queues = kept.queues, joined = kept.joined, skills = kept.skills, uses_desk = kept.uses_desk,
    up = at and '1' or '0', exchange = at and cjson.decode(at)[1] or '', signed = o.signed ~= '0' and o.signed or now,
  })
  if kept.uses_desk == '0' then
    drop_desk(o)
  end
  local paused = kept.state == 'paused'
  if talks then -- with the caller still: his own wish is for afterwards
    if o.next == '' and paused then
      put(o, { next = 'paused', next_reason = kept.reason })
    end
    tell_change(o)
  elseif paused then
    to_paused(o, kept.reason)
  elseif ask.settle > 0 then
    move(o, 'wrap_up', now + ask.settle)
  else
    to_ready(o, now)
  end
end
local function promised_again(kept)
  if get_call(kept.call) or redis.call('HEXISTS', site.callback_by, kept.caller) == 1
    or redis.call('HEXISTS', site.callback_of, kept.of) == 1 then
    return
  end
  local c = create('call', kept.call, CALL, {
    kind = 'callback', of = kept.of, caller = kept.caller, dialled = kept.dialled, queue = kept.queue,
    priority = kept.priority, skills = kept.skills, since = kept.since, place_since = kept.place_since,
    placed_at = kept.placed_at, line_at = kept.placed_at, attempts = kept.attempts,
  })
  redis.call('HSET', site.callback_of, kept.of, kept.call)
  redis.call('HSET', site.callback_by, kept.caller, kept.call)
  if kept.notes ~= '' then
    redis.call('SET', key_of('notes', kept.call), kept.notes)
  end
  tell_arrival(c)
  if kept['until'] > 0 then
    put(c, { state = 'later', ['until'] = kept['until'] })
    due_at('later', c.call, kept['until'])
  else
    stand(c)
  end
end
if ask.rung ~= '' then
  redis.call('SET', site.rung, ask.rung, 'NX')
end
for _, kept in ipairs(ask.operators) do
  stands_again(kept)
end
for _, kept in ipairs(ask.promises) do
  promised_again(kept)
end
for _, count in ipairs(ask.counts) do
  local counts, field = key_of('counts', day()), count[1] .. '|' .. count[2]
  if (tonumber(redis.call('HGET', counts, field)) or 0) < count[3] then
    redis.call('HSET', counts, field, count[3])
    redis.call('EXPIRE', counts, 3 * DAY)
  end
end
return answer(true)
