-- phones: all phones registered now; the state follows the registration (P16).
local before, after, changed = {}, {}, {}
for _, phone in ipairs(redis.call('SMEMBERS', key_of('phones'))) do
  before[phone] = true
end
for _, phone in ipairs(ask.registered) do
  after[phone] = true
  if not before[phone] then
    changed[phone] = true
    redis.call('SADD', key_of('phones'), phone)
  end
end
for phone in pairs(before) do
  if not after[phone] then
    changed[phone] = true
    redis.call('SREM', key_of('phones'), phone)
  end
end
if next(changed) then
  for _, name in ipairs(redis.call('ZRANGE', key_of('operators'), 0, -1)) do
    local o = get_operator(name)
    if changed[o.phone] and o.state ~= 'away' then
      if before[o.phone] then
        lose_offer(o, 'unreachable')
      else
        tell_operator(o)
      end
    end
  end
  match()
end
return answer(true)
