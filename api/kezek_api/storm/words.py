"""What a suspicion rests on, in one sentence that a manager trusts: as detection words it."""

from __future__ import annotations

from kezek_register.announcements import Names
from kezek_register.detection.types import Suspicion
from kezek_register.detection.words import line
from kezek_register.trouble_types import KeptSuspicion

UNHEARD = {
    "kk": "не туралы екені естілмеді",
    "ru": "о чём, не слышно",
    "uk": "про що, не чутно",
    "en": "not heard of what",
}


def told_in_words(one: KeptSuspicion, names: Names, language: str) -> str:
    """'17 calls in 6 minutes from Abay 40-62: heating; usual 0.3'. Languages that have none read English."""
    found = Suspicion(
        str(one.id), one.state, one.topic, one.areas, one.reports, one.parties, one.first_at, one.last_at, one.span_s,
        one.usual, one.certainty, one.score, one.households, against=one.against,
    )  # fmt: skip
    return line(found, names, language)
