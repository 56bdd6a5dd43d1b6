-- extend_wrap_up: the present wrap-up ends later, as often as the rules allow.
local o = get_operator(ask.operator)
if not o then
  return refuse('unknown', 'operator ' .. ask.operator)
elseif o.state ~= 'wrap_up' or ask.longer <= 0 then
  return refuse('not_allowed', 'there is no wrap-up to prolong')
elseif number(o, 'extensions') >= rules_of(o.queue).extensions then
  return refuse('not_allowed', 'a wrap-up is not prolonged more often')
end
put(o, { ['until'] = number(o, 'until') + ask.longer, extensions = number(o, 'extensions') + 1 })
due_at('until', o.operator, number(o, 'until'))
tell_change(o)
return answer(o)
