-- phones: all phones registered at that exchange now; the state follows the registration (P16).
local here, after, changed_phones = key_of('phones_at', ask.exchange), {}, {}
for _, phone in ipairs(ask.registered) do
  after[phone] = true
end
-- The exchanges where a phone is registered, the one to ring first: it stays while it is there.
local function register(phone, there)
  local left = {}
  for _, exchange in ipairs(cjson.decode(redis.call('HGET', site.phones, phone) or '[]')) do
    if exchange ~= ask.exchange then
      left[#left + 1] = exchange
    end
  end
  if there then
    left[#left + 1] = ask.exchange
  end
  redis.call(there and 'SADD' or 'SREM', here, phone)
  if #left > 0 then
    redis.call('HSET', site.phones, phone, cjson.encode(left))
  else
    redis.call('HDEL', site.phones, phone)
  end
  changed_phones[phone] = { left[1] and '1' or '0', left[1] or '' }
end
local before = names_of(redis.call('SMEMBERS', here))
for phone in pairs(before) do
  if not after[phone] then
    register(phone, false)
  end
end
for phone in pairs(after) do
  if not before[phone] then
    register(phone, true)
  end
end
if next(changed_phones) then
  for _, name in ipairs(redis.call('ZRANGE', site.operators, 0, -1)) do
    local o = get_operator(name)
    local at = changed_phones[o.phone]
    if at and (o.up ~= at[1] or o.exchange ~= at[2]) then
      local was_up = o.up == '1'
      put(o, { up = at[1], exchange = at[2] })
      if o.state == 'away' then
        was_up = nil
      elseif was_up then
        lose_offer(o, 'unreachable')
      else
        look(o)
        tell_change(o)
      end
    end
  end
end
return answer(true)
