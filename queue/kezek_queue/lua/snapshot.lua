-- snapshot: queues, operators and places of one moment, with the feed's last id of that moment.
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local people, queues, waiting = {}, {}, {}
local ready, talking = {}, {}
for i, name in ipairs(redis.call('ZRANGE', key_of('operators'), 0, -1)) do
  local o = get_operator(name)
  people[i] = view_of(o)
  if o.state == 'ready' and can_take(o) then
    for _, queue in ipairs(cjson.decode(o.queues)) do
      ready[queue] = (ready[queue] or 0) + 1
    end
  elseif o.state == 'talking' then
    local queue = redis.call('HGET', key_of('call', o.call), 'queue')
    talking[queue] = (talking[queue] or 0) + 1
  end
end
for i, queue in ipairs(redis.call('ZRANGE', key_of('queues'), 0, -1)) do
  local line = redis.call('ZRANGE', key_of('rank', queue), 0, -1, 'WITHSCORES')
  local oldest = now
  for place = 1, #line / 2 do
    local rank = tonumber(line[2 * place])
    local priority = -math.floor(rank / PRIORITY_STEP)
    local since = rank + priority * PRIORITY_STEP
    oldest = math.min(oldest, since)
    waiting[#waiting + 1] = { line[2 * place - 1], queue, priority, text_of(since), place }
  end
  local counts = redis.call('HMGET', key_of('counts', day), queue .. '|answered', queue .. '|abandoned')
  queues[i] = {
    queue = queue, waiting = #line / 2, longest_wait = now - oldest, ready = ready[queue] or 0,
    talking = talking[queue] or 0, answered = tonumber(counts[1]) or 0, abandoned = tonumber(counts[2]) or 0,
  }
end
return answer({
  at = text_of(now), feed_id = last[1] and last[1][1] or '0-0', queues = queues, operators = people, waiting = waiting,
})
