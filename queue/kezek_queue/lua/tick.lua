-- tick: leases lapse, wrap-ups end, silent desks lose their offers; replies the milliseconds until the next due time.
local due = redis.call('ZRANGEBYSCORE', key_of('due'), '-inf', text_of(now), 'LIMIT', 0, 200)
for _, what in ipairs(due) do
  local score = tonumber(redis.call('ZSCORE', key_of('due'), what))
  local kind, name = what:match('^(%a+):(.*)$')
  if score and score <= now then
    local o = get_operator(name)
    if kind == 'desk' then
      desk_silent(o)
    elseif o.state == 'offered' then
      take_back(get_call(o.call), 'lapsed', { reason = 'no_answer' })
      to_paused(o, 'no_answer')
    else
      to_next(o, now)
    end
  end
end
match()
local nearest = redis.call('ZRANGE', key_of('due'), 0, 0, 'WITHSCORES')
return answer(math.min(1000, math.max(0, (tonumber(nearest[2]) or (now + 1000)) - now)))
