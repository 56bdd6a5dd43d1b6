-- bury: a call that is over. One that the line never heard of arrived, waited and left while nobody could tell it.
local c = get_call(ask.call)
if c and c['end'] ~= '' then
  return answer(false)
elseif not c then
  local left = ask.left > 0 and math.min(ask.left, now) or now
  local since = ask.since > 0 and math.min(ask.since, left) or left
  c = create('call', ask.call, CALL, {
    caller = ask.caller, dialled = ask.dialled, since = since, place_since = since, queue = ask.queue,
    exchange = ask.exchange, placed_at = since, line_at = since,
  })
  tell_arrival(c)
  end_call(c, ask['end'], left)
  return answer(true)
end
end_call(c, ask['end'])
return answer(true)
