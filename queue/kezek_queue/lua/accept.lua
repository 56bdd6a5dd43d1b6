-- accept: the operator's phone was picked up; the lease no longer runs.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
elseif c.offer ~= ask.offer or (c.state ~= 'offered' and c.state ~= 'talking') then
  return refuse('stale', 'offer ' .. ask.offer .. ' of call ' .. ask.call)
elseif c.state == 'offered' and c.accepted == '0' then
  put_call(c, { accepted = '1' })
  set_until(get_operator(c.operator), 0)
  tell('accepted', c.call, c.operator, c.queue, { offer = c.offer })
end
return answer(true)
