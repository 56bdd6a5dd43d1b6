"""A moment, a registration number, a matter: as the prompts of which they are said. Pure.

The parts stand for themselves ('It began:' 'today' 'two in the afternoon'), so that no language has to bend them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

MONTH_FIRST = frozenset({"ko"})
STEP_MIN = 5  # minutes are said to these, rounded up: what is promised is not promised too early


def moment(at: datetime, now: datetime, language: str, *, past: bool = False) -> tuple[str, ...]:
    """Both with a zone; said by the clock of `now`. `past`: rounded down, for what has been."""
    here = at.astimezone(now.tzinfo).replace(second=0, microsecond=0)
    over = here.minute % STEP_MIN
    if over:
        here += timedelta(minutes=-over if past else STEP_MIN - over)
    clock = (f"clock/{here.hour}", *((f"minute/{here.minute}",) if here.minute else ()))
    return (*day(here, now, language), *clock)


def day(at: datetime, now: datetime, language: str) -> tuple[str, ...]:
    here = at.astimezone(now.tzinfo)
    away = (here.date() - now.date()).days
    if away in (-1, 0, 1):
        return (("day/today", "day/tomorrow", "day/yesterday")[away],)
    date = (f"date/{here.day}", f"month/{here.month}")
    return date[::-1] if language in MONTH_FIRST else date


def digits(text: str) -> tuple[str, ...]:
    """'26-000123-4', a house '45', digit by digit; whatever is no digit is left out."""
    return tuple(f"number/{each}" for each in text if each in "0123456789")


def matter(topic: str, known: Collection[str]) -> str:
    """subject/<topic>, of the nearest kind that has a prompt ('heating.none' is said as 'heating'), else of 'other'."""
    return f"subject/{_nearest(topic, known)}"


def _nearest(code: str, known: Collection[str]) -> str:
    while code:
        if code in known:
            return code
        cut = max(code.rfind(sign) for sign in "./-_")
        code = code[: max(cut, 0)]
    return "other"
