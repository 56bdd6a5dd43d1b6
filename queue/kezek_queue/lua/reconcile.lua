-- reconcile: end the calls that this Asterisk no longer has; those that arrived just now may be younger than its list.
local alive, gone = names_of(ask.live), {}
for _, call in ipairs(redis.call('ZRANGEBYSCORE', site.calls, '-inf', now - ask.grace)) do
  local c = not alive[call] and get_call(call)
  if c and c.exchange == ask.exchange then
    gone[#gone + 1] = call
    end_call(c, ask['end'])
  end
end
return answer(gone)
