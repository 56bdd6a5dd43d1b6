-- operators: the moves of an operator. Each changes the record, the free ones and the due times together, and is told.
local SHARES = 500 -- an occupied share is kept in so many steps
local AT_WORK = { ready = true, offered = true, talking = true, wrap_up = true }
local grown = {} -- queues whose share of callbacks may have become larger
resets[#resets + 1] = function()
  grown = {}
end

-- How many are at work, by the queues they serve: callbacks have a share of them.
local function count_work(o, by)
  redis.call('HINCRBY', site.work, o.queues .. '\31' .. o.joined, by)
  if by > 0 then
    for queue in pairs(profile_of(o).queues) do
      grown[queue], unmatched = true, true
    end
  end
end

local queues_from = memo(function(text)
  local own, joined = text:match('^(.-)\31(.*)$')
  local queues = names_of(cjson.decode(own))
  for _, queue in ipairs(cjson.decode(joined)) do
    queues[queue] = true
  end
  return queues
end)

local function at_work(queue)
  local count, work = 0, redis.call('HGETALL', site.work)
  for i = 1, #work, 2 do
    if queues_from(work[i])[queue] then
      count = count + work[i + 1]
    end
    if work[i + 1] == '0' then
      redis.call('HDEL', site.work, work[i])
    end
  end
  return count
end

local function move(o, state, at, reason)
  local before = o.state
  if before == 'talking' or before == 'wrap_up' then
    o.busy = text_of(number(o, 'busy') + now - number(o, 'since'))
  end
  if before == 'wrap_up' then
    due_at('until', o.operator)
  elseif before == 'ready' then
    out_of_free(o)
  end
  o.state, o.since, o['until'] = state ~= 'away' and state or nil, now_text, at and text_of(at)
  o.reason = reason ~= '' and reason or nil
  written[o] = true
  if state == 'wrap_up' then
    o.extensions = nil
    due_at('until', o.operator, at)
  elseif state == 'ready' and is_able(o) then
    fresh[o.operator], unmatched = o, true
  end
  if AT_WORK[before] ~= AT_WORK[state] then
    count_work(o, AT_WORK[state] and 1 or -1)
  end
  tell_change(o)
end

-- Other queues or skills from now on.
local function serve(o, fields)
  local works = AT_WORK[o.state]
  out_of_free(o)
  if works then
    count_work(o, -1)
  end
  put(o, fields)
  profiles[o] = nil
  if works then
    count_work(o, 1)
  end
  look(o)
end

local function leave_call(o)
  if o.call ~= '' or o.next ~= '' then
    o.call, o.offer, o.queue, o.helps, o.next, o.next_reason = nil, nil, nil, nil, nil, nil
    written[o] = true
  end
end

local function to_ready(o, idle)
  leave_call(o)
  o.idle = text_of(idle)
  move(o, 'ready')
  local busy, signed = o.busy, o.busy ~= '0' and number(o, 'signed') or now
  o.share = now > signed and text_of(math.floor(busy * SHARES / (now - signed))) or nil
end

local function to_paused(o, reason)
  leave_call(o)
  o.missed = nil
  move(o, 'paused', nil, reason)
end

local function drop_desk(o)
  put(o, { desk_ok = '0', beat = '0' })
  due_at('desk', o.operator)
  if not is_able(o) then
    out_of_free(o)
  end
end

local nobody_waits_for

local function to_away(o)
  leave_call(o)
  move(o, 'away')
  o.joined, profiles[o] = nil, nil
  drop_desk(o)
  nobody_waits_for(o)
end

-- What the operator asked for in the meantime, else ready.
local function to_next(o, idle)
  if o.next == 'paused' then
    to_paused(o, o.next_reason)
  elseif o.next == 'away' then
    to_away(o)
  else
    to_ready(o, idle)
  end
end

local function to_wrap_up(o, at)
  if o.next == 'away' or at <= now then
    to_next(o, now)
  else
    move(o, 'wrap_up', at)
  end
end
