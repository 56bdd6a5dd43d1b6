-- feed: what happened, told by the script that did it. `n` counts the events without a hole, so readers see a gap. Each
-- operator whose state changed is told once, as it is at the script's end.
local TRIM = 32 -- the feed is trimmed by whole pages: once in so many events is often enough
local EVENT = 5 -- values of an event are kept, one after another
local events, told, changed, is_changed = {}, 0, {}, {}
resets[#resets + 1] = function()
  events, told, changed, is_changed = {}, 0, {}, {}
end

-- `data` may be JSON already.
local function tell(kind, call, operator, queue, data)
  local at = told
  told = at + EVENT
  events[at + 1], events[at + 2], events[at + 3], events[at + 4] = kind, call, operator, queue
  events[told] = type(data) == 'string' and data or cjson.encode(data)
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
local seconds_text
do -- a function may have 200 locals, and the library is near that
  local last_time, last_seconds = '0', '0'
  function seconds_text(text)
    if text ~= last_time then
      last_time = text
      last_seconds = #text > 3 and text:sub(1, -4) .. '.' .. text:sub(-3) or cjson.encode(text / 1000)
    end
    return last_seconds
  end
end

local function write_events()
  for i, o in ipairs(changed) do -- put together by hand: most verbs tell it
    changed[i], is_changed[o] = nil, nil
    tell('operator', o.call, o.operator, '', '{"state":"' .. o.state .. '","reason":'
      .. quoted(o.reason) .. ',"until":' .. seconds_text(o['until']) .. ',"reachable":' .. TRUE[o.up == '1']
      .. ',"desk":' .. TRUE[o.uses_desk == '1' and o.desk_ok == '1'] .. '}')
  end
  if told == 0 then
    return
  end
  local count = told / EVENT
  local n = redis.call('INCRBY', site.feed_n, count) - count
  for i = 1, count do
    local at = (i - 1) * EVENT
    redis.call('XADD', feed, '*', 'n', n + i, 'kind', events[at + 1], 'at', now_text,
      'call', events[at + 2], 'operator', events[at + 3], 'queue', events[at + 4], 'data', events[at + EVENT])
  end
  if told > 100 * EVENT then -- room for so many is enough
    events = {}
  end
  told = 0
  if n % TRIM + count >= TRIM then
    redis.call('XTRIM', feed, 'MAXLEN', '~', feed_maxlen)
  end
end
