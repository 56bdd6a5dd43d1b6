-- configure: a queue goes by these rules from now on; its free operators are sorted anew.
rules_by_queue[ask.queue] = nil
if redis.call('HGET', site.rules, ask.queue) ~= ask.rules then
  redis.call('HSET', site.rules, ask.queue, ask.rules)
  for _, kept in ipairs(redis.call('ZRANGE', site.wishes, 0, -1)) do
    if kept:match('^(.-)\31') == ask.queue then
      forget_wish(kept)
    end
  end
  redis.call('UNLINK', key_of('free', ask.queue))
  each_free(function(o)
    if serves(o, ask.queue, '') then
      redis.call('ZADD', key_of('free', ask.queue), score_of(o, ask.queue, ''), o.operator)
    end
  end)
  for _, lane in ipairs(redis.call('ZRANGE', site.fronts, 0, -1)) do
    dirty[lane] = dirty[lane] or split_lane(lane) == ask.queue or nil
  end
  grown[ask.queue], unmatched = true, true
end
return answer(true)
