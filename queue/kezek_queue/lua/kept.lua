-- kept: what an emptied server is given back, of one moment: its mark, operators' records, callbacks not had yet, notes.
local people, promises = {}, {}
for _, name in ipairs(redis.call('ZRANGE', site.operators, 0, -1)) do
  people[#people + 1] = redis.call('GET', key_of('operator', name))
end
for _, name in ipairs(redis.call('HVALS', site.callback_by)) do
  local c = get_call(name)
  if c and is_to_dial(c) and c['end'] == '' and c.queue ~= '' then
    promises[#promises + 1] = { redis.call('GET', key_of('call', name)), redis.call('GET', key_of('notes', name)) or '' }
  end
end
return { redis.call('GET', site.restored) or '', people, promises }
