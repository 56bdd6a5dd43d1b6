-- request: what is asked, the time, key names. The one key is the feed, and names the site's slot and prefix; the one
-- argument holds, joined by \31: settings, time ('' is Redis TIME), verb, 'look' when a reply may be kept, what is asked
-- as JSON, idempotency key. Times are whole milliseconds. The functions stay in the server from call to call, so whatever
-- one call keeps is put away by `begin`.
local redis, cjson, math, table = redis, cjson, math, table -- as are globals, each a look into a table
local next, pairs, ipairs, type, tonumber, unpack = next, pairs, ipairs, type, tonumber, unpack
local setmetatable, getmetatable = setmetatable, getmetatable
local prefix, ask, feed, now, now_text, settings, begins = '', {}, '', 0, '0', '', {}
local lease_ms, desk_ms, wrap_up_ms, offset_ms, reply_ttl, feed_maxlen, places_shown
local DAY = 86400

local function key_of(kind, id)
  if id then
    return prefix .. kind .. ':' .. id
  end
  return prefix .. kind
end

-- A whole number exactly: tostring() and cjson keep 14 digits only. A command takes numbers as they are.
local format = string.format
local function text_of(value)
  if value == now then
    return now_text
  elseif type(value) == 'number' then
    return format('%d', value)
  end
  return value
end

-- `kept` with nothing in it: a small table has its room already.
local function emptied(kept)
  local count = 0
  for field in next, kept do
    kept[field] = nil
    count = count + 1
    if count == 32 then
      return {}
    end
  end
  return kept
end

-- `make(text)`, remembered: the same text means the same for ever. Nobody changes what it returns.
local function memo(make)
  local kept, size = {}, 0
  return function(text)
    local value = kept[text]
    if value == nil then
      if size >= 4096 then
        kept, size = {}, 0
      end
      value = make(text)
      kept[text], size = value, size + 1
    end
    return value
  end
end

local function begin(key, text, time, asked)
  feed, now = key, tonumber(time)
  if text ~= settings then
    local numbers = {}
    for number in text:gmatch('[^,]+') do
      numbers[#numbers + 1] = tonumber(number)
    end
    lease_ms, desk_ms, wrap_up_ms, offset_ms, reply_ttl, feed_maxlen, places_shown = unpack(numbers)
    settings = text
  end
  if not now then
    local time = redis.call('TIME')
    now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  end
  now_text = format('%d', now)
  ask = cjson.decode(asked)
  for i = 1, #begins do
    begins[i]()
  end
end

local function day()
  return text_of(math.floor((now + offset_ms) / 86400000))
end

local DONE = { ok = true }
local function answer(value)
  return value == true and DONE or { ok = value }
end

local function refuse(code, message)
  return { error = code, message = message }
end
