-- arrive: a call is with us. A known one is returned as it stands, now conducted by ask.node.
local c = get_call(ask.call)
if not c then
  local since = ask.since > 0 and math.min(ask.since, now) or now
  c = put('call', ask.call, {
    call = ask.call, state = 'arrived', caller = ask.caller, dialled = ask.dialled, queue = '', priority = 0,
    skills = '{}', since = since, placed_at = 0, offered_at = 0, connected_at = 0, operator = '', offer = '0',
    accepted = '0', ['end'] = '', node = ask.node,
  })
  redis.call('ZADD', key_of('calls'), text_of(now), c.call)
  tell('arrived', c.call, '', '', { since = since / 1000, dialled = ask.dialled, node = ask.node })
elseif c['end'] == '' then
  put_call(c, { node = ask.node })
  redis.call('ZADD', key_of('calls'), text_of(now), c.call)
end
return answer(c)
