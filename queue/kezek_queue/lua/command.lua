-- command: the operator asks the node that conducts the call.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
end
local o = offered_to(c)
if not o or c.state ~= 'talking' then
  return stale(c)
end
ask.facts.offer, ask.facts.name = ask.offer, ask.name
tell('command', c.call, o.operator, c.queue, ask.facts)
return answer(true)
