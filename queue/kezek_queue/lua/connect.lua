-- connect: caller and operator are bridged.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
elseif c.offer ~= ask.offer or (c.state ~= 'offered' and c.state ~= 'talking') then
  return refuse('stale', 'offer ' .. ask.offer .. ' of call ' .. ask.call)
elseif c.state == 'offered' then
  out_of_rank(c)
  put_call(c, { state = 'talking', connected_at = c.connected_at == '0' and now or c.connected_at })
  tell('connected', c.call, c.operator, c.queue, { offer = c.offer, waited_s = (now - tonumber(c.placed_at)) / 1000 })
  local o = get_operator(c.operator)
  move(o, 'talking')
  tell_operator(o)
end
return answer(true)
