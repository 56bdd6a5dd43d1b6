-- feed: what happened, told inside the script that did it. `n` counts the events without a hole, so readers see a gap.
local function tell(kind, call, operator, queue, data)
  local n = redis.call('INCR', key_of('feed_n'))
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', set.feed_maxlen, '*', 'n', n, 'kind', kind, 'at', text_of(now),
    'call', call, 'operator', operator, 'queue', queue, 'data', cjson.encode(data))
end

local function tell_operator(o)
  tell('operator', o.call, o.operator, '', {
    state = o.state,
    reason = o.reason,
    ['until'] = tonumber(o['until']) / 1000,
    reachable = is_reachable(o),
    desk = has_desk(o),
  })
end
