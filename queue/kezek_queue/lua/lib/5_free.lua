-- free: operators ready and able to take a call, whom nobody waits for. `free` holds them all by their idle time and
-- `free:<queue>` those of a queue, the one to be taken first with the least score. Wishes that few meet (more than LOOK
-- were looked at in vain once), and all of a queue that asks for the best skill, have a set of their own,
-- `able:<queue, wishes>`. Who becomes free within this call is in `fresh` until the matching is over: most are taken.
local LOOK, WISHES = 32, 64 -- so many wishes have a set; another one costs a look at every free operator
local fresh = {}
local profiles = {} -- by record: who changes what it is made of forgets it
local unmatched = false -- something happened after which somebody may be offered
resets[#resets + 1] = function()
  fresh, profiles, unmatched = {}, {}, false
end

local function is_able(o)
  return o.up == '1' and (o.uses_desk == '0' or o.desk_ok == '1')
end

-- Able, and the desk's last beat is young enough at this very moment (P16, P22).
local function can_take(o)
  return o.up == '1' and (o.uses_desk == '0' or (o.desk_ok == '1' and now < number(o, 'beat') + desk_ms))
end

local profile_from = memo(function(text)
  local queues, joined, skills = text:match('^(.-)\31(.-)\31(.*)$')
  local profile = { queues = names_of(cjson.decode(queues)), skills = cjson.decode(skills) }
  for _, queue in ipairs(cjson.decode(joined)) do
    profile.queues[queue] = true
  end
  return profile
end)

local function profile_of(o)
  local profile = profiles[o]
  if not profile then
    profile = profile_from(o.queues .. '\31' .. o.joined .. '\31' .. o.skills)
    profiles[o] = profile
  end
  return profile
end

local function serves(o, queue, wish)
  local profile = profile_of(o)
  return profile.queues[queue] and (wish == '' or meets(profile.skills, wish))
end

local function score_of(o, queue, wish)
  local strategy, idle = rules_of(queue).strategy, number(o, 'idle')
  if strategy == 'least_occupied' then
    return number(o, 'share') * PRIORITY_STEP + idle
  elseif strategy == 'best_skill' then
    local sum, skills = 0, profile_of(o).skills
    for name in pairs(levels_of(wish)) do
      sum = sum + (skills[name] or 0)
    end
    return idle - sum * PRIORITY_STEP
  end
  return idle
end

local function each_wish(o, act)
  for _, kept in ipairs(redis.call('ZRANGE', site.wishes, 0, -1)) do
    local queue, wish = kept:match('^(.-)\31(.*)$')
    if serves(o, queue, wish) then
      act(key_of('able', kept), queue, wish)
    end
  end
end

local function into_free(o)
  redis.call('ZADD', site.free, o.idle, o.operator)
  for queue in pairs(profile_of(o).queues) do
    redis.call('ZADD', key_of('free', queue), score_of(o, queue, ''), o.operator)
  end
  each_wish(o, function(name, queue, wish)
    redis.call('ZADD', name, score_of(o, queue, wish), o.operator)
  end)
end

local function out_of_free(o)
  if fresh[o.operator] then
    fresh[o.operator] = nil
  elseif redis.call('ZREM', site.free, o.operator) == 1 then
    for queue in pairs(profile_of(o).queues) do
      redis.call('ZREM', key_of('free', queue), o.operator)
    end
    each_wish(o, function(name)
      redis.call('ZREM', name, o.operator)
    end)
  end
end

-- To be matched again, or not among the free ones any more.
local function look(o)
  out_of_free(o)
  if o.state == 'ready' and is_able(o) then
    fresh[o.operator], unmatched = o, true
  end
end

local function forget_wish(kept)
  redis.call('ZREM', site.wishes, kept)
  redis.call('UNLINK', key_of('able', kept))
end

local function each_free(act)
  for _, operator in ipairs(redis.call('ZRANGE', site.free, 0, -1)) do
    act(get_operator(operator))
  end
end

-- The free ones who meet these wishes have a set from now on.
local function remember_wish(queue, wish)
  local kept = queue .. '\31' .. wish
  if redis.call('ZCARD', site.wishes) >= WISHES then
    forget_wish(redis.call('ZRANGE', site.wishes, 0, 0)[1])
  end
  redis.call('ZADD', site.wishes, now, kept)
  each_free(function(o)
    if serves(o, queue, wish) then
      redis.call('ZADD', key_of('able', kept), score_of(o, queue, wish), o.operator)
    end
  end)
end

-- The first `most` of the free ones of this set, which may hold others too: nothing when the first LOOK were in vain.
local function first_of(name, queue, wish, most, look_at)
  local found, from = {}, 0
  while from < look_at do
    local page = redis.call('ZRANGE', name, from, from + most + 1)
    for _, operator in ipairs(page) do
      local o = get_operator(operator)
      if can_take(o) and serves(o, queue, wish) then
        found[#found + 1] = o
        if #found == most then
          return found
        end
      end
    end
    if #page < most + 2 then
      return found
    end
    from = from + most + 2
  end
end

-- Those who could be rung for this queue now, those whom nobody has taken yet within this call among them.
local function free_in(queue)
  local found = redis.call('ZCARD', key_of('free', queue))
  for _, o in next, fresh do
    if profile_of(o).queues[queue] then
      found = found + 1
    end
  end
  return found
end

-- Of those who stood free before this call, the first `most` for these wishes.
local function standing_free(queue, wish, most)
  local name, alike = key_of('free', queue), rules_of(queue).strategy ~= 'best_skill'
  if wish == '' then
    return first_of(name, queue, wish, most, math.huge)
  end
  local found = alike and first_of(name, queue, wish, most, 1) -- the first page is enough as a rule
  if found then
    return found
  end
  local kept = queue .. '\31' .. wish
  if not redis.call('ZSCORE', site.wishes, kept) then
    found = alike and first_of(name, queue, wish, most, LOOK)
    if found then
      return found
    end
    remember_wish(queue, wish)
  end
  return first_of(key_of('able', kept), queue, wish, most, math.huge)
end
