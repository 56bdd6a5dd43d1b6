"""Who calls in a storm, and what becomes of him before the line: by the dialogue's own prompts and by what the other
benchmarks measured.

- `USUAL`: one call in 200 an emergency, three in ten about something small (the ladder's recorded intake); the rest of
  the surge is about the outage.
- A caller's house is known by his number (six of ten), heard at once (`fields.py`: houses 85 % right or offered), heard
  when its missing part was asked back, or not at all. When he has heard the facts follows from the prompts' lengths
  (Russian, espeak-ng) and the questions' limits.
- Of ten who have heard them eight need nobody. Patience is exponential, as everywhere here.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

Class = Literal["affected", "usual", "emergency"]

EMERGENCIES, SMALL = 0.005, 0.3
BY_NUMBER, HEARD, ASKED_BACK = 0.6, 0.34, 0.04  # of the affected; the others are never placed
GREETING_S, FIRST_S = 3.3, 6.0  # hello; what the rung says first
QUESTION_S, ANSWER_S, AGAIN_S = 9.6, (4.0, 9.0), (8.0, 16.0)  # keys and the open question; his words; asked back
FACTS_S, ASKS_S = 14.8, 9.0  # what, since when, until when; 'if that is all, press 1'
CONTENT = 0.8  # of those who have heard about their own house
TALK_S, WRAP_UP_S, PATIENCE_S = 150.0, 20.0, 240.0
TAKES_CALLBACK, ANSWERS_CALLBACK = 0.5, 0.7


@dataclass(frozen=True, slots=True)
class Caller:
    """`facts_s`: from his arrival until he has heard about his own house, None when nobody knows which it is;
    `line_s`: until he would stand in the line without an announcement."""

    kind: Class
    small: bool
    facts_s: float | None
    line_s: float
    content: bool
    patience_s: float


def caller(chance: random.Random, kind: Class, *, first: bool) -> Caller:
    """`first`: the rung says something to everybody."""
    begins = GREETING_S + (FIRST_S if first and kind != "emergency" else 0.0)
    asked = begins + QUESTION_S + chance.uniform(*ANSWER_S)
    facts: float | None = None
    if kind == "affected":
        how = chance.random()
        if how < BY_NUMBER:
            facts = begins + FACTS_S
        elif how < BY_NUMBER + HEARD:
            facts = asked + 1.5 + FACTS_S
        elif how < BY_NUMBER + HEARD + ASKED_BACK:
            facts = asked + chance.uniform(*AGAIN_S) + FACTS_S
    return Caller(
        kind=kind,
        small=kind == "usual" and chance.random() < SMALL,
        facts_s=facts,
        line_s=chance.uniform(3.0, 8.0) if kind == "emergency" else asked,
        content=chance.random() < CONTENT,
        patience_s=chance.expovariate(1 / PATIENCE_S),
    )
