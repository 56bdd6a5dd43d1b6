-- leave: out of the line without an end; a later `place` finds the same place.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
elseif c.state == 'talking' then
  return refuse('not_allowed', 'a talk cannot leave the line')
elseif c.state == 'waiting' or c.state == 'offered' then
  local rung = ringing_of(c)
  for _, name in ipairs(rung) do
    drop_ringer(c, get_operator(name), 'declined', { reason = 'left', pause = false })
  end
  out_of_line(c)
  out_of_rank(c)
  put(c, { state = 'arrived' })
  tell('left', c.call, '', c.queue, {})
  for _, name in ipairs(rung) do
    local o = get_operator(name)
    to_next(o, o.idle)
  end
end
return answer(true)
