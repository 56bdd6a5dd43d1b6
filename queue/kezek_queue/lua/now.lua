-- now: the line's clock.
return answer(now / 1000)
