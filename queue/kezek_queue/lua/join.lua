-- join: serve these queues too, until the sign-out.
local o = get_operator(ask.operator)
if not o then
  return refuse('unknown', 'operator ' .. ask.operator)
elseif o.state == 'away' then
  return refuse('not_allowed', 'the operator is not signed in')
elseif o.joined ~= ask.queues then
  for _, queue in ipairs(cjson.decode(ask.queues)) do
    redis.call('ZADD', site.queues, 0, queue)
  end
  serve(o, { joined = ask.queues })
  tell_change(o)
  match()
end
return answer(o)
