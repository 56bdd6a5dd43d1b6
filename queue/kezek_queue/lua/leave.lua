-- leave: out of the line without an end; a later `place` finds the same place.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
elseif c.state == 'talking' then
  return refuse('not_allowed', 'a talk cannot leave the line')
elseif c.state == 'waiting' or c.state == 'offered' then
  local o = c.state == 'offered' and get_operator(c.operator)
  if o then
    take_back(c, 'declined', { reason = 'left', pause = false })
  end
  out_of_line(c)
  out_of_rank(c)
  put_call(c, { state = 'arrived' })
  tell('left', c.call, '', c.queue, {})
  if o then
    to_next(o, o.idle)
  end
  match()
end
return answer(true)
