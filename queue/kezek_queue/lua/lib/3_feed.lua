-- feed: what happened, told by the script that did it. `n` counts the events without a hole, so readers see a gap. Each
-- operator whose state changed is told once, as it is at the script's end.
local TRIM = 32 -- the feed is trimmed by whole pages: once in so many events is often enough
local events, changed, is_changed = {}, {}, {}
begins[#begins + 1] = function()
  events, changed, is_changed = emptied(events), emptied(changed), emptied(is_changed)
end

local function tell(kind, call, operator, queue, data)
  events[#events + 1] = { kind, call, operator, queue, cjson.encode(data) }
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
local function seconds_text(text)
  return #text > 3 and text:sub(1, -4) .. '.' .. text:sub(-3) or cjson.encode(text / 1000)
end

local function write_events()
  for _, o in ipairs(changed) do -- put together by hand: most verbs tell it
    events[#events + 1] = { 'operator', o.call, o.operator, '', '{"state":"' .. o.state .. '","reason":'
      .. quoted(o.reason) .. ',"until":' .. seconds_text(o['until']) .. ',"reachable":' .. TRUE[o.up == '1']
      .. ',"desk":' .. TRUE[o.uses_desk == '1' and o.desk_ok == '1'] .. '}' }
  end
  if #events == 0 then
    return
  end
  local n = redis.call('INCRBY', key_of('feed_n'), #events) - #events
  for i, event in ipairs(events) do
    redis.call('XADD', feed, '*', 'n', n + i, 'kind', event[1], 'at', now_text,
      'call', event[2], 'operator', event[3], 'queue', event[4], 'data', event[5])
  end
  if n % TRIM + #events >= TRIM then
    redis.call('XTRIM', feed, 'MAXLEN', '~', feed_maxlen)
  end
end
