-- request: what is asked, the time, key names. The one key is the feed, and names the site's slot and prefix; the one
-- argument holds, joined by \30: a head, what is asked as JSON, idempotency key. The head holds, joined by \31: settings,
-- time ('' is Redis TIME), verb, 'look' when a reply may be kept. Times are whole milliseconds. The functions stay in the
-- server from call to call: each fragment puts away at a call's end what it kept for it, and `resets` do so after a call
-- that broke off, or when too much is remembered.
local redis, cjson, math, table = redis, cjson, math, table -- as are globals, each a look into a table
local next, pairs, ipairs, type, tonumber, unpack = next, pairs, ipairs, type, tonumber, unpack
local setmetatable, getmetatable = setmetatable, getmetatable
local ask, feed, now, now_text, settings, resets, is_open, serial = {}, '', 0, '0', '', {}, false, 0
local lease_ms, desk_ms, wrap_up_ms, offset_ms, reply_ttl, feed_maxlen, places_shown
local DAY = 86400

-- Key names of the present site, put together once: `site.due`, and what key_of begins with.
local site, stems = {}, {}
local function name_keys(key)
  feed = key
  local prefix = key:sub(1, -5)
  local function names(ending)
    return setmetatable({}, { __index = function(kept, kind)
      kept[kind] = prefix .. kind .. ending
      return kept[kind]
    end })
  end
  site, stems = names(''), names(':')
end

local function key_of(kind, id)
  return stems[kind] .. id
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

local head_from = memo(function(head)
  return { head:match('^(.-)\31(.-)\31(.-)\31(.*)$') }
end)

-- What the argument holds: the head's parts, what is asked, the key.
local function parts_of(argument)
  local first = argument:find('\30', 1, true)
  local second = argument:find('\30', first + 1, true)
  return head_from(argument:sub(1, first - 1)), argument:sub(first + 1, second - 1), argument:sub(second + 1)
end

local function reset()
  for _, act in ipairs(resets) do
    act()
  end
end

local function begin(text, time, asked)
  now = tonumber(time)
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
    now = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  now_text = format('%d', now)
  ask = cjson.decode(asked)
  if is_open then
    reset()
  end
  is_open, serial = true, serial + 1
end

local function day()
  return text_of(math.floor((now + offset_ms) / 86400000))
end

local DONE = { ok = true }
local function answer(value)
  return value == true and DONE or { ok = value }
end

local function answer_json(text)
  return { text = '{"ok":' .. text .. '}' }
end

local function refuse(code, message)
  return { error = code, message = message }
end
