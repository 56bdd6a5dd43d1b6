-- due: what ends by itself, by its time. What a verb changes of it is gathered and written at the verb's end.
local due = {} -- '<what>:<id>' -> its new time, false when there is none any more
resets[#resets + 1] = function()
  due = {}
end

local function due_at(what, id, at)
  due[what .. ':' .. id] = at or false
end

-- When it is due as things are now; nothing when it is not.
local function due_time(name)
  local at = due[name]
  if at == nil then
    at = redis.call('ZSCORE', site.due, name)
  end
  return at and tonumber(at)
end

local function write_due()
  local only, time = next(due)
  if not only then
    return
  elseif not next(due, only) then
    due[only] = nil
    if time then
      redis.call('ZADD', site.due, time, only)
    else
      redis.call('ZREM', site.due, only)
    end
    return
  end
  local there, gone = {}, {}
  for name, at in next, due do
    if at then
      there[#there + 1], there[#there + 2] = at, name
    else
      gone[#gone + 1] = name
    end
  end
  due = emptied(due)
  for i = 1, #there, 1000 do
    redis.call('ZADD', site.due, unpack(there, i, math.min(i + 999, #there)))
  end
  for i = 1, #gone, 1000 do
    redis.call('ZREM', site.due, unpack(gone, i, math.min(i + 999, #gone)))
  end
end
