-- beat: the desk's page answered, or is gone.
local o = get_operator(ask.operator)
if not o then
  return refuse('unknown', 'operator ' .. ask.operator)
elseif o.uses_desk == '0' or o.state == 'away' then
  return answer(true)
elseif ask.alive then
  put_operator(o, { beat = now })
  redis.call('ZADD', key_of('due'), text_of(now + set.desk_timeout), 'desk:' .. o.operator)
  if o.desk_ok == '0' then
    put_operator(o, { desk_ok = '1' })
    tell_operator(o)
    match()
  end
elseif o.desk_ok == '1' then
  desk_silent(o)
  match()
end
return answer(true)
