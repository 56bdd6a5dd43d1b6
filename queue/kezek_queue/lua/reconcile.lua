-- reconcile: end the calls that Asterisk no longer has; those that arrived just now may be younger than its list.
local alive, gone = {}, {}
for _, call in ipairs(ask.live) do
  alive[call] = true
end
for _, call in ipairs(redis.call('ZRANGEBYSCORE', key_of('calls'), '-inf', text_of(now - ask.grace))) do
  if not alive[call] then
    gone[#gone + 1] = call
    end_call(get_call(call), ask['end'])
  end
end
match()
return answer(gone)
