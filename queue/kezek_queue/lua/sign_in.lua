-- sign_in: away becomes paused; an operator already there keeps the state, with what was said about him now.
local o = get_operator(ask.operator)
local changed = not o or o.phone ~= ask.phone or o.queues ~= ask.queues or o.skills ~= ask.skills
  or o.uses_desk ~= ask.uses_desk
if not o then
  o = put('operator', ask.operator, {
    operator = ask.operator, state = 'away', since = now, reason = '', beat = '0', desk_ok = '0', call = '',
    offer = '0', ['until'] = '0', idle = '0', next = '', next_reason = '',
  })
  redis.call('ZADD', key_of('operators'), 0, ask.operator)
end
put_operator(o, { phone = ask.phone, queues = ask.queues, skills = ask.skills, uses_desk = ask.uses_desk })
for _, queue in ipairs(cjson.decode(ask.queues)) do
  redis.call('ZADD', key_of('queues'), 0, queue)
end
if ask.uses_desk == '0' then
  drop_desk(o)
end
if o.next == 'away' then
  put_operator(o, { next = 'paused', next_reason = 'signed_in' })
end
if o.state == 'away' then
  to_paused(o, 'signed_in')
elseif changed then
  tell_operator(o)
end
match()
return answer(view_of(o))
