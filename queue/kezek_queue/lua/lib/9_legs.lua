-- legs: a call between its operators: rung, taken back, talked with, left, ended.
local function ringing_of(c)
  if c.state ~= 'offered' then
    return {}
  end
  return c.ringing ~= '' and cjson.decode(c.ringing) or { c.operator }
end

local function is_ringing(o)
  if o.state ~= 'offered' then
    return false
  end
  local c = get_call(o.call)
  return (o.helps == '1' and c.helper_accepted or c.accepted) == '0'
end

local function no_offer(c)
  c.operator, c.offer, c.offered_at, c.accepted, c.ringing, c.rung = nil, nil, nil, nil, nil, nil
  written[c] = true
end

-- At the same place; what becomes of the operator is the caller's next line.
local function back_in_line(c)
  due_at('lease', c.call)
  count_dialled(c, -1)
  no_offer(c)
  into_line(c)
end

local function dropped_json(offer, data)
  return '{"offer":"' .. offer .. '","reason":' .. quoted(data.reason)
    .. (data.pause == nil and '' or ',"pause":' .. TRUE[data.pause]) .. '}'
end

-- One of those rung drops out; after the last the caller is back in the line.
local function drop_ringer(c, o, kind, data)
  tell(kind, c.call, o.operator, c.queue, dropped_json(c.offer, data))
  local left = {}
  for _, name in ipairs(ringing_of(c)) do
    if name ~= o.operator then
      left[#left + 1] = name
    end
  end
  if #left == 0 then
    back_in_line(c)
  else
    put(c, { operator = left[1], ringing = #left > 1 and cjson.encode(left) or '' })
  end
end

local function no_helper(c)
  if c.helper ~= '' then
    due_at('help', c.call)
    put(c, { helper = '', helper_offer = '0', helper_accepted = '0', helper_at = '0' })
  end
end

-- What rings at this operator's phone, as an owner or a helper, is taken from him.
local function drop_offer(o, kind, data)
  local c = get_call(o.call)
  if o.helps == '1' then
    tell(kind, c.call, o.operator, c.queue, dropped_json(c.helper_offer, data))
    no_helper(c)
  else
    drop_ringer(c, o, kind, data)
  end
end

-- The desk or the phone went away: a ringing offer is lost, the operator stays ready for when it is back.
local function lose_offer(o, reason)
  if is_ringing(o) then
    drop_offer(o, 'lapsed', { reason = reason })
    to_ready(o, o.idle)
  else
    look(o)
    tell_change(o)
  end
end

local function desk_silent(o)
  drop_desk(o)
  lose_offer(o, 'desk_silent')
end

-- One of those rung picked up: the others are ready as before. While the citizen is dialled the lease goes on: there is no
-- channel yet whose end would be noticed (P1).
local function taken(c, by)
  local rung = ringing_of(c)
  put(c, { operator = by.operator, ringing = '', accepted = '1' })
  put(by, { missed = '0' })
  if not is_to_dial(c) then
    put(by, { ['until'] = '0' })
    due_at('lease', c.call)
  end
  tell('accepted', c.call, by.operator, c.queue, { offer = c.offer })
  for _, name in ipairs(rung) do
    if name ~= by.operator then
      local o = get_operator(name)
      tell('declined', c.call, name, c.queue, { offer = c.offer, reason = 'taken', pause = false })
      to_next(o, o.idle)
    end
  end
end

-- Out of the line without an end; who is rung for it is ready as before.
local function leave_line(c)
  if c.state ~= 'waiting' and c.state ~= 'offered' then
    return
  end
  local rung = ringing_of(c)
  for _, name in ipairs(rung) do
    drop_ringer(c, get_operator(name), 'declined', { reason = 'left', pause = false })
  end
  out_of_line(c)
  out_of_rank(c)
  put(c, { state = 'arrived' })
  tell('left', c.call, '', c.queue, {})
  for _, name in ipairs(rung) do
    local o = get_operator(name)
    to_next(o, o.idle)
  end
end

local function stale(c)
  return refuse('stale', 'offer ' .. ask.offer .. ' of call ' .. ask.call)
end

-- Who is rung or talks under the fence asked, and whether he only is rung; nothing when it is another's.
local function offered_to(c, operator)
  operator = operator or ''
  if ask.offer ~= '0' and c.helper_offer == ask.offer and c.state == 'talking' then
    if operator == '' or operator == c.helper then
      return get_operator(c.helper), c.helper_at == '0'
    end
  elseif ask.offer ~= '0' and c.offer == ask.offer and (c.state == 'offered' or c.state == 'talking') then
    local rung = c.state == 'offered' and ringing_of(c) or { c.operator }
    if operator == '' or names_of(rung)[operator] then
      return get_operator(operator ~= '' and operator or c.operator), c.state == 'offered'
    end
  end
end

local function is_owner(c)
  return ask.offer ~= '0' and c.state == 'talking' and c.offer == ask.offer
end

-- The helper wraps up; one who is only rung is ready as before.
local function finish_helper(c, at)
  if c.helper == '' then
    return
  end
  local o = get_operator(c.helper)
  if c.helper_at ~= '0' then
    tell('finished', c.call, o.operator, c.queue, {
      offer = c.helper_offer, ['until'] = at / 1000, talked_s = (now - c.helper_at) / 1000, held_s = 0, helper = true,
      how = 'helper',
    })
    to_wrap_up(o, at)
  else
    tell('declined', c.call, o.operator, c.queue, { offer = c.helper_offer, reason = 'over', pause = false })
    to_next(o, o.idle)
  end
  no_helper(c)
end

local function finish_owner(c, at, how)
  local held = number(c, 'held') + (c.held_at ~= '0' and now - c.held_at or 0)
  tell('finished', c.call, c.operator, c.queue, {
    offer = c.offer, ['until'] = at / 1000, talked_s = (now - c.talk_at - held) / 1000, held_s = held / 1000,
    helper = false, how = how,
  })
  put(c, { talk_at = '0', held = '0', held_at = '0', aside_to = '', aside_state = '' })
  to_wrap_up(get_operator(c.operator), at)
end

local function forget_callback(c)
  for index, value in pairs({ callback_of = c.of, callback_by = c.caller }) do
    if redis.call('HGET', site[index], value) == c.call then
      redis.call('HDEL', site[index], value)
    end
  end
end

-- Who left the line or was cut and dials again soon has the old place back; also who gave an old place up before it.
local function remember_place(c, how)
  local redial = rules_of(c.queue).redial
  local left = how == 'abandoned' and (c.placed_at ~= '0' or c.place_since ~= c.since)
  if c.caller ~= '' and redial > 0 and (left or how == 'cut') then
    redis.call('SET', key_of('redial', c.caller), text_of(now + redial) .. ',' .. c.place_since .. ',' .. c.priority
      .. ',' .. c.behind_until, 'PX', text_of(redial))
  end
end

-- `left`: when it ended, where that was not just now.
local function end_call(c, how, left)
  if how == 'abandoned' and c.connected_at ~= '0' then
    how = 'answered'
  end
  local state, operator, rung = c.state, c.operator, ringing_of(c)
  if state == 'talking' then
    finish_owner(c, now + wrap_up_ms, 'finished')
    finish_helper(c, now + wrap_up_ms)
  elseif state == 'offered' then
    due_at('lease', c.call)
    count_dialled(c, -1)
  elseif state == 'later' then
    due_at('later', c.call)
  end
  out_of_line(c)
  out_of_rank(c)
  put(c, { state = 'ended', ['end'] = how, ['until'] = '0', ringing = '' })
  redis.call('ZREM', site.calls, c.call)
  redis.call('EXPIRE', key_of('notes', c.call), DAY)
  if redis.call('HINCRBY', key_of('counts', day()), c.queue .. '|' .. how, 1) == 1 then
    redis.call('EXPIRE', key_of('counts', day()), 3 * DAY)
  end
  if c.kind == 'callback' then
    forget_callback(c)
  end
  remember_place(c, how)
  local connected, placed = number(c, 'connected_at'), number(c, 'placed_at')
  tell('ended', c.call, operator, c.queue, {
    ['end'] = how, since = c.since / 1000, placed_at = placed / 1000, connected_at = connected / 1000, kind = c.kind,
    of = c.of, place_since = c.place_since / 1000,
    waited_s = placed > 0 and ((connected > 0 and connected or left or now) - placed) / 1000 or 0,
    ended_at = left and left / 1000,
  })
  if state == 'offered' then
    put(c, { operator = '', offer = '0' })
    for _, name in ipairs(rung) do
      local o = get_operator(name)
      to_next(o, o.idle)
    end
  end
end

-- Who has dialled in himself meanwhile need not be called back.
local function need_not_be_called(c)
  local promised = c.kind == 'call' and c.caller ~= '' and redis.call('HGET', site.callback_by, c.caller)
  local callback = promised and get_call(promised)
  if callback and (callback.state == 'waiting' or callback.state == 'later') then
    end_call(callback, 'informed')
  end
end

local function tell_arrival(c)
  tell('arrived', c.call, '', c.queue, {
    since = c.since / 1000, place_since = c.place_since / 1000, dialled = c.dialled, node = c.node, kind = c.kind,
    of = c.of, priority = number(c, 'priority'),
  })
end
