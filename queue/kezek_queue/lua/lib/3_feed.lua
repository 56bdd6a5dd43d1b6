-- feed: what happened, told by the script that did it. `n` counts the events without a hole, so readers see a gap. Each
-- operator whose state changed is told once, as it is at the script's end.
local TRIM = 32 -- the feed is trimmed by whole pages: once in so many events is often enough
local events, changed, is_changed = {}, {}, {}
resets[#resets + 1] = function()
  events, changed, is_changed = {}, {}, {}
end

-- `data` may be JSON already.
local function tell(kind, call, operator, queue, data)
  events[#events + 1] = { kind, call, operator, queue, type(data) == 'string' and data or cjson.encode(data) }
end

local function tell_change(o)
  if not is_changed[o] then
    is_changed[o] = true
    changed[#changed + 1] = o
  end
end

local quoted = memo(cjson.encode)
local TRUE = { [true] = 'true', [false] = 'false' }

-- Milliseconds as a text, in seconds.
local last_time, last_seconds = '0', '0'
local function seconds_text(text)
  if text ~= last_time then
    last_time = text
    last_seconds = #text > 3 and text:sub(1, -4) .. '.' .. text:sub(-3) or cjson.encode(text / 1000)
  end
  return last_seconds
end

local function write_events()
  for i, o in ipairs(changed) do -- put together by hand: most verbs tell it
    changed[i], is_changed[o] = nil, nil
    events[#events + 1] = { 'operator', o.call, o.operator, '', '{"state":"' .. o.state .. '","reason":'
      .. quoted(o.reason) .. ',"until":' .. seconds_text(o['until']) .. ',"reachable":' .. TRUE[o.up == '1']
      .. ',"desk":' .. TRUE[o.uses_desk == '1' and o.desk_ok == '1'] .. '}' }
  end
  if #events == 0 then
    return
  end
  local n = redis.call('INCRBY', site.feed_n, #events) - #events
  local count = #events
  for i = 1, count do
    local event = events[i]
    events[i] = nil
    redis.call('XADD', feed, '*', 'n', n + i, 'kind', event[1], 'at', now_text,
      'call', event[2], 'operator', event[3], 'queue', event[4], 'data', event[5])
  end
  if n % TRIM + count >= TRIM then
    redis.call('XTRIM', feed, 'MAXLEN', '~', feed_maxlen)
  end
end
