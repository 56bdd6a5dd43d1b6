-- finish: the talk is over, wrap-up begins; after `end` it only says how long the wrap-up may be.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
end
local at = now + ask.wrap_up
if ask.offer ~= '0' and c.helper_offer == ask.offer then
  finish_helper(c, at)
  return answer(true)
elseif ask.offer == '0' or c.offer ~= ask.offer or c.state == 'waiting' or c.state == 'offered' or c.state == 'later' then
  return stale(c)
elseif c.state == 'talking' then
  finish_owner(c, at, ask.given_away and 'transferred' or 'finished')
  finish_helper(c, at)
  put(c, { state = 'arrived' })
  return answer(true)
end
local o = get_operator(c.operator)
if o.state == 'wrap_up' and o.offer == ask.offer then
  at = number(o, 'since') + ask.wrap_up
  if at <= now then
    to_next(o, now)
  elseif text_of(at) ~= o['until'] then
    put(o, { ['until'] = at })
    due_at('until', o.operator, at)
    tell_change(o)
  end
end
return answer(true)
