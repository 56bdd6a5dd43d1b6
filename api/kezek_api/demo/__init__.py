"""The demo call: a real SIP phone dials and speaks, another one rings and answers, the story is told line by line."""
