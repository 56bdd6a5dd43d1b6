-- place: into the line; the place counts from `place_since`.
local c = get_call(ask.call)
if not c then
  return refuse('unknown', 'call ' .. ask.call)
elseif c.state == 'talking' or c.state == 'later' or c.state == 'ended' then
  return refuse('not_allowed', 'a call ' .. c.state .. ' cannot be placed')
elseif c.state == 'offered' and c.queue ~= ask.queue then
  return refuse('not_allowed', 'a call offered cannot change its queue')
end
local level = math.max(ask.priority, number(c, 'floor'))
if c.placed_at == '0' and c.place_since == c.since and level < 9 and c.kind == 'call' then
  local capacity = rules_of(ask.queue).capacity
  if capacity > 0 and callers_in(ask.queue) >= capacity then
    return refuse('full', 'queue ' .. ask.queue .. ' has ' .. capacity .. ' waiting')
  end
end
local same = c.queue == ask.queue and c.priority == text_of(level) and c.skills == ask.skills and c.named == ask.wanted
local place
if c.state == 'arrived' or (c.state == 'waiting' and not same) then
  out_of_line(c)
  out_of_rank(c)
  if c.state == 'arrived' then
    local first = ask.placed_at > 0 and text_of(math.min(ask.placed_at, now)) or now_text
    c.placed_at = c.placed_at == '0' and first or c.placed_at
    c.line_at = c.connected_at ~= '0' and now_text or c.placed_at
    no_offer(c)
    local callback = c.took ~= '' and get_call(c.took)
    if callback and (callback.state == 'later' or callback.state == 'waiting') then
      end_call(callback, 'informed') -- he stands in the line himself
    end
    c.took = ''
  end
  c.queue, c.priority, c.skills = ask.queue, text_of(level), ask.skills
  c.named, c.wanted, written[c] = ask.wanted, ask.wanted, true
  place = stand(c, true)
end
return answer_json(place or place_of(c))
