"""A manager speaks a bulletin by his own telephone: '#' or hanging up ends it, and it is a draft."""

from __future__ import annotations

import asyncio

import pytest

from kezek_ivr.dictating import A_SECOND, LONGEST_S, Dictating
from kit.ivr_world import DIALOGUE
from kit.scripted_line import Cue, ScriptedLine, after, hang_up, in_virtual_time, pause, press, say


class Drafts:
    """Meets `kezek_ivr.ports.Dictations`."""

    def __init__(self, *, away: bool = False) -> None:
        self.kept: list[tuple[str, str, int]] = []
        self._away = away

    async def language(self, phone: str) -> str | None:
        return {"1004": "kk"}.get(phone)

    async def keep(self, phone: str, language: str, sound: bytes) -> int:
        if self._away:
            raise ConnectionError
        self.kept.append((phone, language, len(sound)))
        return len(self.kept)


def told_by(*cues: Cue, phone: str = "1004") -> ScriptedLine:
    return ScriptedLine(*cues, call="c-1", caller=None, caller_name=phone, dialled="*44")


async def dictate(line: ScriptedLine, drafts: Drafts) -> None:
    async with asyncio.timeout(600):
        await Dictating(drafts, DIALOGUE).serve(line)


@in_virtual_time
async def test_what_he_says_until_the_hash_key_is_a_draft_in_his_language() -> None:
    drafts = Drafts()
    line = told_by(after("dictate_hello", say("Water is at the school"), pause(1), press("5"), pause(1), press("#")))
    await dictate(line, drafts)
    ((phone, language, size),) = drafts.kept
    assert (phone, language, size > 2 * A_SECOND) == ("1004", "kk", True)
    assert line.heard == ["dictate_hello", "dictate_kept"]


@in_virtual_time
async def test_who_hangs_up_has_said_it_and_who_never_ends_has_a_minute() -> None:
    drafts = Drafts()
    await dictate(told_by(after("dictate_hello", say("Water"), pause(3), hang_up())), drafts)
    assert len(drafts.kept) == 1
    line = told_by(after("dictate_hello", pause(900)))
    await dictate(line, drafts)
    assert drafts.kept[1][2] <= LONGEST_S * A_SECOND
    assert line.heard[-1] == "dictate_kept"


@pytest.mark.parametrize(
    ("phone", "away", "at_once", "heard"),
    [
        ("1001", False, False, ["dictate_refused"]),
        ("", False, False, ["dictate_refused"]),
        ("1004", True, False, ["dictate_hello", "dictate_lost"]),
        ("1004", False, True, ["dictate_hello", "dictate_nothing"]),
    ],
)
@in_virtual_time
async def test_what_is_not_kept_is_told(phone: str, away: bool, at_once: bool, heard: list[str]) -> None:
    drafts = Drafts(away=away)
    line = told_by(after("dictate_hello", pause(0.1 if at_once else 5), press("#")), phone=phone)
    await dictate(line, drafts)
    assert (line.heard, drafts.kept) == (heard, [])
