-- records: calls and operators as hashes of strings, each read once for a script and written through.
local records = {}

local function get(kind, id)
  local name = key_of(kind, id)
  if records[name] == nil then
    local flat = redis.call('HGETALL', name)
    local record = false
    if #flat > 0 then
      record = {}
      for i = 1, #flat, 2 do
        record[flat[i]] = flat[i + 1]
      end
    end
    records[name] = record
  end
  return records[name]
end

local function put(kind, id, fields)
  local name = key_of(kind, id)
  local record = get(kind, id) or {}
  local flat = {}
  for field, value in pairs(fields) do
    record[field] = text_of(value)
    flat[#flat + 1] = field
    flat[#flat + 1] = record[field]
  end
  redis.call('HSET', name, unpack(flat))
  records[name] = record
  return record
end

local function get_call(id)
  return get('call', id)
end

local function put_call(c, fields)
  return put('call', c.call, fields)
end

local function get_operator(id)
  return get('operator', id)
end

local function put_operator(o, fields)
  return put('operator', o.operator, fields)
end

local function is_reachable(o)
  return redis.call('SISMEMBER', key_of('phones'), o.phone) == 1
end

local function has_desk(o)
  return o.uses_desk == '1' and o.desk_ok == '1'
end

-- A phone that is registered and, when a desk is used, a desk that is alive (P16, P22).
local function can_take(o)
  local alive = o.uses_desk == '0' or (o.desk_ok == '1' and now < tonumber(o.beat) + set.desk_timeout)
  return alive and is_reachable(o)
end

local function view_of(o)
  local view = { reachable = is_reachable(o), desk = has_desk(o) }
  for field, value in pairs(o) do
    view[field] = value
  end
  return view
end
