-- postpone: the citizen was not reached; the callback comes again after the rules' next pause, or ends.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
end
local o, offered = offered_to(c)
if not o then
  return stale(c)
elseif not offered or not is_to_dial(c) then
  return refuse('not_allowed', 'only a callback being dialled can be postponed')
end
local attempts = number(c, 'attempts') + 1
local pause = rules_of(c.queue).retries[attempts]
put(c, { attempts = attempts })
tell('postponed', c.call, o.operator, c.queue, {
  offer = c.offer, reason = ask.reason, ['until'] = pause and (now + pause) / 1000 or 0, attempts = attempts,
})
if pause then
  out_of_rank(c)
  due_at('lease', c.call)
  due_at('later', c.call, now + pause)
  count_dialled(c, -1)
  no_offer(c)
  put(c, { state = 'later', ['until'] = now + pause, reached = '0' })
  to_next(o, o.idle)
else
  end_call(c, 'abandoned')
end
return answer(c)
