-- finish: the talk is over, wrap-up begins; after `end` it only says how long the wrap-up may be.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
elseif ask.offer == '0' or c.offer ~= ask.offer or c.state == 'waiting' or c.state == 'offered' then
  return refuse('stale', 'offer ' .. ask.offer .. ' of call ' .. ask.call)
end
local o = get_operator(c.operator)
if c.state == 'talking' then
  local at = now + ask.wrap_up
  tell('finished', c.call, c.operator, c.queue, { offer = c.offer, ['until'] = at / 1000 })
  put_call(c, { state = 'arrived' })
  to_wrap_up(o, at)
elseif o.state == 'wrap_up' and o.offer == ask.offer then
  local at = tonumber(o.since) + ask.wrap_up
  if at <= now then
    to_next(o, now)
  elseif text_of(at) ~= o['until'] then
    set_until(o, at)
    tell_operator(o)
  end
end
match()
return answer(true)
