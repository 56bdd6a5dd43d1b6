"""Several keys of one answer: a telephone number, a registration number."""

from __future__ import annotations

from kezek_ivr.greeting import CUT_SHORT_S
from kezek_telephony.types import Line

LONGEST_KEYED = 20


async def keyed(line: Line, prompts: tuple[str, ...], *, language: str, answer_s: float, between_s: float) -> str:
    """What is keyed, without the hash that ends it; '' for nothing, or for a hash or a star alone.

    Raises HungUp and LineLost."""
    cut = await line.play(*prompts, language=language)
    wait = CUT_SHORT_S if cut else answer_s
    keys = ""
    while len(keys) < LONGEST_KEYED:
        digit = await line.digit(wait)
        if digit is None or digit in "#*":
            break
        keys += digit
        wait = between_s
    return keys
