-- records: calls and operators as JSON objects of texts, each read once for a verb; changed ones are written at its end.
-- A field that is not there has the value below.
local CALL = { __index = {
  caller = '', dialled = '', queue = '', priority = '0', skills = '{}', placed_at = '0', line_at = '0', offered_at = '0',
  connected_at = '0', operator = '', offer = '0', accepted = '0', ringing = '', rung = '0', ['end'] = '', node = '',
  floor = '-1', kind = 'call', of = '', named = '', wanted = '', wanted_until = '0', lane = '', relax_at = '0',
  talk_at = '0', held_at = '0', held = '0', helper = '', helper_offer = '0', helper_accepted = '0', helper_at = '0',
  aside_to = '', aside_state = '', attempts = '0', ['until'] = '0', state = 'arrived', exchange = '',
  reached = '0', took = '', behind_until = '0',
} }
local OPERATOR = { __index = {
  phone = '', queues = '[]', joined = '[]', skills = '{}', uses_desk = '0', state = 'away', since = '0', reason = '',
  beat = '0', desk_ok = '0', exchange = '', up = '0', call = '', offer = '0', queue = '', helps = '0', ['until'] = '0',
  extensions = '0', idle = '0', signed = '0', busy = '0', share = '0', missed = '0', next = '', next_reason = '',
} }
-- What a record's text says is remembered from call to call, and holds while the text is the same. A call that broke off
-- may have changed records and not written them: the next one remembers nothing.
local KEPT = 2000
local texts, known, names, count = {}, {}, {}, 0 -- text and record by key, key by record
local read, written = {}, {} -- the call that read it last, by key; records changed in this call
local batch = {} -- keys and texts to be written, with room already
resets[#resets + 1] = function()
  texts, known, names, count = {}, {}, {}, 0
  read, written = {}, {}
end

local function keep(name, record, text)
  known[name], names[record], texts[name], read[name] = record, name, text, serial
  count = count + 1
end

local function get(kind, id, defaults)
  local name = stems[kind] .. id
  if read[name] == serial then
    return known[name]
  end
  local text = redis.call('GET', name)
  if not text then
    return false
  elseif texts[name] ~= text then
    keep(name, setmetatable(cjson.decode(text), defaults), text)
  end
  read[name] = serial
  return known[name]
end

local function get_call(id)
  return get('call', id, CALL)
end

local function get_operator(id)
  return get('operator', id, OPERATOR)
end

-- What every offer changes is set field by field, nil for the value below: `written[record]` says so then.
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

local function create(kind, id, defaults, fields)
  local name = key_of(kind, id)
  local record = setmetatable({ [kind] = id }, defaults)
  keep(name, record)
  written[record] = true
  put(record, fields)
  return record
end

-- An ended call is kept for a day, and is no longer remembered: few ask for it again.
local function write_records()
  local size = 0
  for record in next, written do
    written[record] = nil
    local name, text = names[record], cjson.encode(record)
    texts[name] = text
    if record['end'] and record['end'] ~= '' then
      redis.call('SET', name, text, 'EX', DAY)
      known[name], names[record], texts[name], read[name], count = nil, nil, nil, nil, count - 1
    else
      size = size + 2
      batch[size - 1], batch[size] = name, text
      if size > 1000 then
        redis.call('MSET', unpack(batch, 1, size))
        size = 0
      end
    end
  end
  if size > 0 then
    redis.call('MSET', unpack(batch, 1, size))
  end
end

local function forget_records()
  if count > KEPT then
    reset()
  end
end

-- A record's text is there already.
local function reply_text(reply)
  local value = reply.ok
  if value == true then
    return '{"ok":true}'
  end
  local name = value and names[value]
  return name and '{"ok":' .. texts[name] .. '}' or reply.text or cjson.encode(reply)
end

local function number(record, field)
  return record[field] + 0 -- half of what tonumber() costs
end
