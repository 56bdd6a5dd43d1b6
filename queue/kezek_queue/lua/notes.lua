-- notes: the text kept by `note`, as it was given; {} when there is none.
return '{"ok":' .. (redis.call('GET', key_of('notes', ask.call)) or '{}') .. '}'
