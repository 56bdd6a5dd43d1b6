-- match: pairs callers with free operators. Highest priority, then longest wait, over all queues an operator serves; of
-- several operators, the longest idle. Looks at no more than set.scan callers of each queue: one behind so many, whose
-- wanted skills no free operator has, is reached when one of those before him goes.
local function meets(skills, wanted)
  for name, level in pairs(wanted) do
    if (skills[name] or 0) < level then
      return false
    end
  end
  return true
end

local function able_operators()
  local able, serving = {}, {}
  for _, name in ipairs(redis.call('ZRANGE', key_of('free'), 0, -1)) do
    local o = get_operator(name)
    if can_take(o) then
      local queues = {}
      for _, queue in ipairs(cjson.decode(o.queues)) do
        if not queues[queue] then
          queues[queue] = true
          serving[queue] = (serving[queue] or 0) + 1
        end
      end
      able[#able + 1] = { record = o, queues = queues, skills = cjson.decode(o.skills) }
    end
  end
  return able, serving
end

local function goes_before(a, b)
  return a.rank < b.rank or (a.rank == b.rank and a.call < b.call)
end

local function next_head(heads)
  local first
  for _, head in pairs(heads) do
    if not first or goes_before(head, first) then
      first = head
    end
  end
  return first
end

local function advance(heads, queue, index, looked)
  heads[queue] = nil
  if looked < set.scan then
    local found = redis.call('ZRANGE', key_of('line', queue), index, index, 'WITHSCORES')
    if found[1] then
      heads[queue] = { queue = queue, index = index, looked = looked, call = found[1], rank = tonumber(found[2]) }
    end
  end
end

local function match()
  if redis.call('EXISTS', key_of('waiting')) == 0 or redis.call('EXISTS', key_of('free')) == 0 then
    return
  end
  local able, serving = able_operators()
  local heads = {}
  for queue in pairs(serving) do
    advance(heads, queue, 0, 0)
  end
  local head = next_head(heads)
  while head and #able > 0 do
    local c = get_call(head.call)
    local wanted = cjson.decode(c.skills)
    local index = head.index + 1
    for i, candidate in ipairs(able) do
      if candidate.queues[head.queue] and meets(candidate.skills, wanted) then
        make_offer(c, candidate.record)
        table.remove(able, i)
        for queue in pairs(candidate.queues) do
          serving[queue] = serving[queue] - 1
          if serving[queue] == 0 then
            heads[queue] = nil
          end
        end
        index = head.index -- the one behind has moved up
        break
      end
    end
    if serving[head.queue] > 0 then
      advance(heads, head.queue, index, head.looked + 1)
    end
    head = next_head(heads)
  end
end
