-- beat: the desk's page answered, or is gone.
local o = get_operator(ask.operator)
if not o then
  return refuse('unknown', 'operator ' .. ask.operator)
elseif o.uses_desk == '0' or o.state == 'away' then
  return answer(true)
elseif ask.alive then
  local silent = o.desk_ok == '0'
  local late = now >= number(o, 'beat') + desk_ms
  put(o, { beat = now, desk_ok = '1' })
  due_at('desk', o.operator, now + desk_ms)
  if silent then
    tell_change(o)
  end
  if silent or late then
    look(o)
  end
elseif o.desk_ok == '1' then
  desk_silent(o)
end
return answer(true)
