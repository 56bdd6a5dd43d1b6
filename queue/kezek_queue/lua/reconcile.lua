-- reconcile: end the calls that this Asterisk no longer has. Those that arrived just now may be younger than its list, but
-- whoever came before it began is cut.
local alive, gone = names_of(ask.live), {}
local calls = redis.call('ZRANGE', site.calls, 0, -1, 'WITHSCORES')
for i = 1, #calls, 2 do
  local call, seen = calls[i], tonumber(calls[i + 1])
  local settled = seen <= now - ask.grace
  local c = (settled or ask.cut_before > 0) and not alive[call] and get_call(call)
  if c and c.exchange == ask.exchange then
    local cut = (c.kind == 'callback' and seen or number(c, 'since')) < ask.cut_before
    if cut or settled then
      gone[#gone + 1] = call
      end_call(c, cut and 'cut' or ask['end'])
    end
  end
end
return answer(gone)
