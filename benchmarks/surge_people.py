"""Who calls in a storm, and what becomes of him before the line: by the dialogue's own prompts and by what the other
benchmarks measured.

- One call in 200 is an emergency; of the usual ones three in ten are about something small (the ladder's recorded
  intake), and of these 85 of 100 are taken down: street, house and topic heard well enough, and no operator wished for.
- A caller's house is known by his number (six of ten), heard at once (`fields.py`: houses 85 % right or offered), heard
  when its missing part was asked back, or not at all. The dialogue asks the register about it as soon as it is known,
  and once more after the questions; in the line he looks now and then whether there is news (`kezek_ivr.waiting_news`).
  How long the facts take follows from the prompts' lengths (Russian, espeak-ng) and the questions' limits.
- Of ten who have heard them eight need nobody. Patience is exponential, as everywhere here; hearing of his own house in
  the line prolongs nobody's.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from kezek_api.outage_news import LOOK_S
from kezek_ivr.settings import ReceptionSettings

Class = Literal["affected", "usual", "emergency"]

EMERGENCIES, SMALL, RECORDED = 0.005, 0.3, 0.85
BY_NUMBER, HEARD, ASKED_BACK = 0.6, 0.34, 0.04  # of the affected; the others are never placed
GREETING_S, FIRST_S = 3.3, 6.0  # hello; what the rung says first
QUESTION_S, ANSWER_S, AGAIN_S = 9.6, (4.0, 9.0), (8.0, 16.0)  # keys and the open question; his words; asked back
SETTLES_S = 1.5  # his last word, and what was heard is there
FACTS_S, ASKS_S = 14.8, 9.0  # what, since when, until when; 'if that is all, press 1'
SITE = ReceptionSettings(node="")
PLACE_S, EVERY_S = 7.0, SITE.place_every_s  # his place is told, and so often
LOOKS_S, READ_S = SITE.poll_s, LOOK_S  # between two looks of one who waits, and of his node
RECORDED_S = 12.0  # it is written down: the number
CONTENT = 0.8  # of those who have heard about their own house
TALK_S, WRAP_UP_S, PATIENCE_S = 150.0, 20.0, 240.0
TAKES_CALLBACK, ANSWERS_CALLBACK = 0.5, 0.7


@dataclass(frozen=True, slots=True)
class Caller:
    """`asks_s`: from his arrival until the register is asked about his house, each time; none when nobody knows which
    it is; `line_s`: until he would stand in the line without an announcement; `recorded`: where the rung takes that."""

    kind: Class
    recorded: bool
    asks_s: tuple[float, ...]
    line_s: float
    content: bool
    patience_s: float


def caller(chance: random.Random, kind: Class, *, first: bool) -> Caller:
    """`first`: the rung says something to everybody."""
    begins = GREETING_S + (FIRST_S if first and kind != "emergency" else 0.0)
    asked = begins + QUESTION_S + chance.uniform(*ANSWER_S) + SETTLES_S
    asks: tuple[float, ...] = ()
    if kind == "affected":
        how = chance.random()
        if how < BY_NUMBER:
            asks = begins, asked
        elif how < BY_NUMBER + HEARD:
            asks = (asked,)
        elif how < BY_NUMBER + HEARD + ASKED_BACK:
            asked += chance.uniform(*AGAIN_S)
            asks = (asked,)
    return Caller(
        kind=kind,
        recorded=kind == "usual" and chance.random() < SMALL * RECORDED,
        asks_s=asks,
        line_s=chance.uniform(3.0, 8.0) if kind == "emergency" else asked,
        content=chance.random() < CONTENT,
        patience_s=chance.expovariate(1 / PATIENCE_S),
    )
