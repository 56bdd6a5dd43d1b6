"""Two passes over one answer: free for the complaint, a grammar of this town's streets and numbers for the address.

A grammar hears addresses better and everything else as an address: what it alone has heard is never certain, what both
have heard is surer than either. Pure, but for `decoded_again`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

import structlog

from kezek_speech.types import Mention, MentionKind, Recogniser, Word

log = structlog.get_logger(__name__)

AGAIN_S = 0.7  # a second pass takes no longer, or is done without
ADDRESS: tuple[MentionKind, ...] = ("street", "house", "flat", "entrance", "floor")
ALONE = 0.5  # at most, for what the grammar alone has heard: worth reading back, not worth believing
CLEARLY = 0.7  # at least, for what the grammar alone has heard: everything else sounds to it like an address too
AT_ODDS = 0.79  # at most, for what the free pass has heard where the grammar has heard something else
BELIEVED = 0.5  # how much of what is still in doubt an agreement takes away, at most
SUREST = 0.97


async def decoded_again(recogniser: Recogniser, phrases: Sequence[str]) -> tuple[Word, ...]:
    """The last finished utterance by that grammar; () when it fails or takes too long. Never raises."""
    try:
        async with asyncio.timeout(AGAIN_S):
            return await recogniser.again(phrases)
    except Exception as error:  # noqa: BLE001 - an engine of any kind may fail in any way, and nothing depends on it
        log.info("hearing.no_second_pass", error=type(error).__name__)
        return ()


def combined(first: Sequence[Mention], second: Iterable[Mention]) -> list[Mention]:
    """The mentions of both passes; of the second only what belongs to an address. The best of each kind first."""
    kept = [each for each in first if each.kind not in ADDRESS]
    again = list(second)
    for kind in ADDRESS:
        kept += _of_kind([m for m in first if m.kind == kind], [m for m in again if m.kind == kind])
    return kept


def _of_kind(first: Sequence[Mention], second: Sequence[Mention]) -> list[Mention]:
    second = [each for each in second if each.confidence >= CLEARLY or any(each.value == one.value for one in first)]
    if not second:
        return list(first)
    if not first:
        return [_capped(each, ALONE) for each in second]
    both = {each.value: each.confidence for each in second}
    agreed = [
        replace(each, confidence=_together(each.confidence, both[each.value])) if each.value in both else each
        for each in first
    ]
    said = {each.value for each in first}
    agreed += [_capped(each, ALONE) for each in second if each.value not in said]
    if first[0].value != second[0].value:
        agreed = [_capped(each, AT_ODDS) for each in agreed]
    return sorted(agreed, key=lambda each: (not each.corrects, -each.confidence))


def _together(one: float, other: float) -> float:
    """Surer than either, and not as sure as two witnesses: both heard the same sound."""
    most, least = max(one, other), min(one, other)
    return round(max(most, min(SUREST, most + BELIEVED * least * (1 - most))), 3)


def _capped(mention: Mention, most: float) -> Mention:
    return replace(mention, confidence=min(mention.confidence, most))
