-- snapshot: queues, operators and, if asked for, places of one moment, with the feed's last id of that moment; what can be
-- counted from the operators' records is counted by the reader.
local last = redis.call('XREVRANGE', feed, '+', '-', 'COUNT', 1)
local names, queues, people = redis.call('ZRANGE', site.operators, 0, -1), {}, {}
for from = 1, #names, 1000 do
  local keys = {}
  for i = from, math.min(from + 999, #names) do
    keys[#keys + 1] = key_of('operator', names[i])
  end
  people[#people + 1] = redis.call('MGET', unpack(keys))
end
local counts = key_of('counts', day())
for i, queue in ipairs(redis.call('ZRANGE', site.queues, 0, -1)) do
  local rank = key_of('rank', queue)
  queues[i] = {
    queue, redis.call('ZCARD', rank), redis.call('ZRANGE', key_of('waits', queue), 0, 0, 'WITHSCORES')[2] or '',
    redis.call('HMGET', counts, queue .. '|answered', queue .. '|abandoned', queue .. '|refused'),
    redis.call('SMEMBERS', key_of('callbacks', queue)),
    ask.places and redis.call('ZRANGE', rank, 0, places_shown - 1, 'WITHSCORES') or {},
  }
end
return { text_of(now), last[1] and last[1][1] or '0-0', queues, people }
