-- records: calls and operators as JSON objects of texts, each read once for a verb; changed ones are written at its end.
-- A field that is not there has the value below.
local CALL = { __index = {
  caller = '', dialled = '', queue = '', priority = '0', skills = '{}', placed_at = '0', line_at = '0', offered_at = '0',
  connected_at = '0', operator = '', offer = '0', accepted = '0', ringing = '', rung = '0', ['end'] = '', node = '',
  floor = '0', kind = 'call', of = '', named = '', wanted = '', wanted_until = '0', lane = '', relax_at = '0',
  talk_at = '0', held_at = '0', held = '0', helper = '', helper_offer = '0', helper_accepted = '0', helper_at = '0',
  aside_to = '', aside_state = '', attempts = '0', ['until'] = '0', state = 'arrived', exchange = '',
} }
local OPERATOR = { __index = {
  phone = '', queues = '[]', joined = '[]', skills = '{}', uses_desk = '0', state = 'away', since = '0', reason = '',
  beat = '0', desk_ok = '0', exchange = '', up = '0', call = '', offer = '0', queue = '', helps = '0', ['until'] = '0',
  extensions = '0', idle = '0', signed = '0', busy = '0', share = '0', missed = '0', next = '', next_reason = '',
} }
-- What a record's text says is remembered from call to call, and holds while the text is the same. A call that broke off
-- may have changed records and not written them: the next one remembers nothing.
local KEPT = 2000
local texts, known, names, count, is_open = {}, {}, {}, 0, false -- text and record by key, key by record
local records, written = {}, {} -- of this call
begins[#begins + 1] = function()
  if is_open or count > KEPT then
    texts, known, names, count = {}, {}, {}, 0
  end
  is_open = true
  records, written = emptied(records), emptied(written)
end

local function keep(name, record, text)
  known[name], names[record], texts[name] = record, name, text
  count = count + 1
end

local function get(kind, id, defaults)
  local name = prefix .. kind .. ':' .. id
  local record = records[name]
  if record == nil then
    local text = redis.call('GET', name)
    if not text then
      record = false
    elseif texts[name] == text then
      record = known[name]
    else
      record = setmetatable(cjson.decode(text), defaults)
      keep(name, record, text)
    end
    records[name] = record
  end
  return record
end

local function get_call(id)
  return get('call', id, CALL)
end

local function get_operator(id)
  return get('operator', id, OPERATOR)
end

local function put(record, fields)
  local defaults = getmetatable(record).__index
  for field, value in next, fields do
    if type(value) == 'number' then
      value = text_of(value)
    end
    if record[field] ~= value then
      written[record] = true
      record[field] = defaults[field] ~= value and value or nil
    end
  end
end

-- `put` of one field, whose value is a text.
local function set(record, field, value)
  if record[field] ~= value then
    written[record] = true
    record[field] = getmetatable(record).__index[field] ~= value and value or nil
  end
end

local function create(kind, id, defaults, fields)
  local name = key_of(kind, id)
  local record = setmetatable({ [kind] = id }, defaults)
  keep(name, record)
  records[name], written[record] = record, true
  put(record, fields)
  return record
end

-- An ended call is kept for a day.
local function write_records()
  local pairs_of = {}
  for record in next, written do
    local name, text = names[record], cjson.encode(record)
    texts[name] = text
    if record['end'] and record['end'] ~= '' then
      redis.call('SET', name, text, 'EX', DAY)
    else
      pairs_of[#pairs_of + 1], pairs_of[#pairs_of + 2] = name, text
      if #pairs_of > 1000 then
        redis.call('MSET', unpack(pairs_of))
        pairs_of = {}
      end
    end
  end
  if pairs_of[1] then
    redis.call('MSET', unpack(pairs_of))
  end
  is_open = false
end

-- A record's text is there already.
local function reply_text(reply)
  local value = reply.ok
  if value == true then
    return '{"ok":true}'
  end
  local name = value and names[value]
  return name and '{"ok":' .. texts[name] .. '}' or cjson.encode(reply)
end

local function number(record, field)
  return tonumber(record[field])
end
