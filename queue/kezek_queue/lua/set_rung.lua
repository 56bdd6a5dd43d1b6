-- set_rung: the ladder's rung, kept as texts, changed by whoever knows how it stands. `n` is never less than the epoch's
-- seconds, so that a server that came back empty gives none that somebody has seen.
local kept = redis.call('GET', site.rung)
local before = kept and cjson.decode(kept) or { name = 'normal', since = '0', n = '0' }
if before.n ~= ask.n then
  return refuse('stale', 'the rung has changed')
end
local rung = {
  name = ask.name, since = before.name == ask.name and before.since or now_text, by = ask.by, why = ask.why,
  held = ask.held and '1' or '0', because = ask.because, at = now_text,
  n = text_of(math.max(tonumber(before.n) + 1, math.floor(now / 1000))),
}
redis.call('SET', site.rung, cjson.encode(rung))
tell('rung', '', '', '', '{"name":"' .. rung.name .. '","before":"' .. before.name .. '","since":'
  .. seconds_text(rung.since) .. ',"by":' .. cjson.encode(rung.by) .. ',"why":' .. cjson.encode(rung.why)
  .. ',"because":' .. rung.because .. ',"held":' .. TRUE[ask.held] .. ',"n":' .. rung.n .. '}')
return answer(rung)
