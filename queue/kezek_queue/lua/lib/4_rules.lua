-- rules: a queue's rules, as `configure` kept them, read again after a second: functions of another version may have
-- changed them, or another server while that was the master. Wishes and lanes are texts: 'name=level' joined by \30, and
-- 'queue, wishes, wanted operator, b for a callback to be dialled' joined by \31.
local PRIORITY_STEP = 1e13 -- more milliseconds than any date has
local DEFAULT_RULES = {
  strategy = 'longest_idle', capacity = 0, relax = {}, named = 30000, together_from = 9, together = 3, share = 0.5,
  retries = { 300000, 1800000 }, lease = 75000, redial = 600000, extensions = 2,
  reserve = 0, reserve_behind = 0, behind = 900000,
}
local rules_from = memo(function(text) -- those of an earlier version lack some
  return setmetatable(cjson.decode(text), { __index = DEFAULT_RULES })
end)
local rules_by_queue, rules_site, rules_since = {}, '', 0
resets[#resets + 1] = function()
  rules_by_queue = {}
end

local function forget_rules()
  if now >= rules_since + 1000 or now < rules_since or feed ~= rules_site then
    rules_by_queue, rules_site, rules_since = emptied(rules_by_queue), feed, now
  end
end

local function rules_of(queue)
  local rules = rules_by_queue[queue]
  if not rules then
    local text = redis.call('HGET', site.rules, queue)
    rules = text and rules_from(text) or DEFAULT_RULES
    rules_by_queue[queue] = rules
  end
  return rules
end

local function wish_text(skills)
  local parts = {}
  for name, level in pairs(skills) do
    if level > 0 then
      parts[#parts + 1] = name
    end
  end
  table.sort(parts)
  for i, name in ipairs(parts) do
    parts[i] = name .. '=' .. text_of(skills[name])
  end
  return table.concat(parts, '\30')
end

-- The wishes asked for, before any is relaxed, from their JSON.
local wish_from = memo(function(skills)
  return wish_text(cjson.decode(skills))
end)

local lane_from = memo(function(lane)
  return { lane:match('^(.-)\31(.-)\31(.-)\31(.)$') }
end)

local function split_lane(lane)
  local parts = lane_from(lane)
  return parts[1], parts[2], parts[3], parts[4]
end

local levels_of = memo(function(wish)
  local levels = {}
  for name, level in wish:gmatch('([^\30]+)=(%d+)') do
    levels[name] = tonumber(level)
  end
  return levels
end)

local function meets(skills, wish)
  for name, level in pairs(levels_of(wish)) do
    if (skills[name] or 0) < level then
      return false
    end
  end
  return true
end

local function names_of(list)
  local found = {}
  for _, name in ipairs(list) do
    found[name] = true
  end
  return found
end

-- What is left of the wishes after so long in the line, and the milliseconds in the line when that changes next.
local function relaxed(skills, steps, waited)
  for _, step in ipairs(steps) do
    local drop, differs, kept = names_of(step[3]), false, {}
    for name, level in pairs(skills) do
      if level > 0 then
        local lower = (drop[name] or drop['*']) and 0 or level - step[2]
        differs = differs or lower ~= level
        if lower > 0 then
          kept[name] = lower
        end
      end
    end
    if differs then
      if step[1] > waited then
        return skills, step[1]
      end
      skills = kept
    end
  end
  return skills, nil
end
