-- sign_in: away becomes paused; an operator already there keeps the state, with what was said about him now.
local o = get_operator(ask.operator)
if not o then
  o = create('operator', ask.operator, OPERATOR, {})
  redis.call('ZADD', site.operators, 0, ask.operator)
end
local differs = o.phone ~= ask.phone or o.queues ~= ask.queues or o.skills ~= ask.skills or o.uses_desk ~= ask.uses_desk
local could = is_able(o)
local at = redis.call('HGET', site.phones, ask.phone)
for _, queue in ipairs(cjson.decode(ask.queues)) do
  redis.call('ZADD', site.queues, 0, queue)
end
if differs then
  serve(o, { queues = ask.queues, skills = ask.skills, phone = ask.phone, uses_desk = ask.uses_desk })
end
put(o, { up = at and '1' or '0', exchange = at and cjson.decode(at)[1] or '' })
if ask.uses_desk == '0' then
  drop_desk(o)
end
if o.next == 'away' then
  put(o, { next = 'paused', next_reason = 'signed_in' })
end
if o.state == 'away' then
  put(o, { signed = now, busy = '0', share = '0' })
  to_paused(o, 'signed_in')
elseif differs or o.state == 'ready' then
  if o.state == 'ready' then
    out_of_free(o)
    put(o, { since = now, idle = could and o.idle or now }) -- whom nobody could reach was not idle
  end
  look(o)
  tell_change(o)
end
match()
return answer(o)
