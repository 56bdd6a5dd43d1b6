-- connect: caller and operator are bridged, or the helper is in the talk.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
end
local o, offered = offered_to(c)
if not o then
  return stale(c)
elseif offered then
  local waited, helps = 0, o.helps == '1'
  if helps then
    due_at('help', c.call)
    put(c, { helper_at = now, helper_accepted = '1' })
  else
    if c.accepted == '0' then
      taken(c, o)
    end
    out_of_rank(c)
    if is_to_dial(c) then -- from now on there is a channel to miss
      count_dialled(c, -1)
      due_at('lease', c.call)
      redis.call('ZADD', site.calls, now, c.call)
    end
    put(c, {
      state = 'talking', connected_at = c.connected_at == '0' and now or c.connected_at, talk_at = now, held = '0',
      held_at = '0', ringing = '',
    })
    waited = (now - c.line_at) / 1000
  end
  tell('connected', c.call, o.operator, c.queue, { offer = ask.offer, waited_s = waited, helper = helps })
  move(o, 'talking')
  need_not_be_called(c)
end
return answer(true)
