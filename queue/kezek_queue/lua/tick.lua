-- tick: leases lapse, wrap-ups end, silent desks lose their offers, wishes relax, callbacks come again,
-- who stood behind does so no longer; replies the
-- milliseconds until the next due time.
local ending = {
  desk = function(name)
    desk_silent(get_operator(name))
  end,
  ['until'] = function(name)
    to_next(get_operator(name), now)
  end,
  -- Nobody picked up: the operator is paused; of several, who missed twice in a row. Who picked up and waited in vain for
  -- a citizen to be dialled is ready.
  lease = function(name)
    local c = get_call(name)
    local several, accepted = number(c, 'rung') > 1, c.accepted == '1'
    for _, operator in ipairs(ringing_of(c)) do
      local o = get_operator(operator)
      drop_ringer(c, o, 'lapsed', { reason = 'no_answer' })
      put(o, { missed = number(o, 'missed') + (accepted and 0 or 1) })
      if accepted or (several and number(o, 'missed') < 2) then
        to_next(o, o.idle)
      else
        to_paused(o, 'no_answer')
      end
    end
  end,
  help = function(name)
    local o = get_operator(get_call(name).helper)
    drop_offer(o, 'lapsed', { reason = 'no_answer' })
    to_paused(o, 'no_answer')
  end,
  relax = function(name)
    local c = get_call(name)
    out_of_line(c)
    into_line(c)
  end,
  behind = function(name)
    no_longer_behind(get_call(name))
  end,
  later = function(name)
    local c = get_call(name)
    put(c, { state = 'waiting', ['until'] = '0', line_at = now })
    stand(c)
  end,
}
local function end_due()
  local found = redis.call('ZRANGEBYSCORE', site.due, '-inf', now, 'LIMIT', 0, 200)
  for _, what in ipairs(found) do
    local at = due_time(what)
    if at and at <= now then
      local kind, name = what:match('^(%a+):(.*)$')
      due_at(kind, name)
      ending[kind](name)
    end
  end
  return #found > 0
end
if end_due() then -- whose offer lapsed may have stood behind for long enough
  write_due()
  end_due()
end
match()
write_due()
local nearest = redis.call('ZRANGE', site.due, 0, 0, 'WITHSCORES')
return answer(math.min(1000, math.max(0, (tonumber(nearest[2]) or (now + 1000)) - now)))
