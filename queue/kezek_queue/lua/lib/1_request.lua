-- request: what is asked, the time, key names, and replies kept under their idempotency key.
-- ARGV[1] is one JSON object; KEYS[1] (the feed) only routes the script to the site's slot. Times are whole milliseconds.
local ask = cjson.decode(ARGV[1])
local set = ask.settings
local DAY = 86400

local function key_of(kind, id)
  return ask.prefix .. kind .. (id and (':' .. id) or '')
end

local function text_of(value)
  if type(value) == 'number' then
    return string.format('%.0f', value) -- tostring() and cjson keep 14 digits only
  end
  return value
end

local now = ask.now
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local day = text_of(math.floor((now + set.utc_offset) / 86400000))

local function kept_reply()
  return ask.key and redis.call('GET', key_of('reply', ask.key))
end

local function keep_reply(reply)
  local text = cjson.encode(reply)
  if ask.key then
    redis.call('SET', key_of('reply', ask.key), text, 'EX', set.reply_ttl)
  end
  return text
end

local function answer(value)
  return keep_reply({ ok = value })
end

local function refuse(code, message)
  return keep_reply({ error = code, message = message })
end
