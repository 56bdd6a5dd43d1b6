-- place: into the line; the place counts from the arrival.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
elseif c.state == 'talking' or c.state == 'ended' then
  return refuse('not_allowed', 'a call ' .. c.state .. ' cannot be placed')
elseif c.state == 'offered' and c.queue ~= ask.queue then
  return refuse('not_allowed', 'a call offered cannot change its queue')
end
local same = c.queue == ask.queue and c.priority == text_of(ask.priority) and c.skills == ask.skills
if c.state == 'arrived' or (c.state == 'waiting' and not same) then
  out_of_line(c)
  out_of_rank(c)
  if c.state == 'arrived' then
    put_call(c, { placed_at = now, operator = '', offer = '0', offered_at = 0 })
  end
  put_call(c, { queue = ask.queue, priority = ask.priority, skills = ask.skills })
  into_line(c)
  into_rank(c)
  tell('placed', c.call, '', c.queue, {
    priority = ask.priority, position = position_of(c), since = tonumber(c.since) / 1000,
  })
end
local place = { call = c.call, queue = c.queue, priority = c.priority, since = c.since, position = position_of(c) }
match()
return answer(place)
