"""The demo call: a real SIP phone dials and speaks, another real one rings and answers, and the story is told line by line."""
