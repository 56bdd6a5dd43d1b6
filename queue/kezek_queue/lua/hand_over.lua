-- hand_over: the helper becomes the owner.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
elseif not is_owner(c) then
  return stale(c)
elseif c.helper_at == '0' then
  return refuse('not_allowed', 'there is no helper in the talk')
end
finish_owner(c, now + ask.wrap_up, 'handed_over')
local o = get_operator(c.helper)
put(c, { operator = c.helper, offer = c.helper_offer, talk_at = c.helper_at })
put(o, { helps = '0' })
no_helper(c)
tell_change(o)
return answer(true)
