"""The demo call's story: where it ends, and how its steps read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from kezek_api.demo.caller import Call
from kezek_api.demo.sentences import CITIZENS
from kezek_api.demo.telling import tell, words
from kezek_api.settings import Settings
from kit.virtual_time import run_virtual

EVER = 10_000.0


async def steps(*told: tuple[float, str]) -> AsyncGenerator[dict[str, Any]]:
    """Each step after so many seconds; then nothing, as of a story's stream."""
    for pause, step in told:
        await asyncio.sleep(pause)
        yield {"step": step, "at": 0.0}
    await asyncio.sleep(EVER)


def heard(tmp_path: Path, *told: tuple[float, str]) -> tuple[list[str], Call]:
    call = Call(Settings.load(tmp_path), next(iter(CITIZENS.values())), "127.0.0.1:5060")

    async def listen() -> list[str]:
        return [step["step"] async for step in call.to_the_end(steps(*told))]

    return run_virtual(listen()), call


TALK = (1, "answered"), (20, "connected"), (30, "talk_ended")


@pytest.mark.parametrize("last", [("ticket", "wrap_up"), ("wrap_up", "ticket")])
def test_the_story_goes_on_until_the_talk_is_over_and_the_ticket_is_told(tmp_path: Path, last: tuple[str, str]) -> None:
    told, call = heard(tmp_path, *TALK, (1, last[0]), (14, last[1]), (1, "ended"))
    assert tuple(told[-2:]) == last
    assert call.connected


def test_a_ticket_that_never_comes_is_waited_for_15_s(tmp_path: Path) -> None:
    told, _ = heard(tmp_path, *TALK, (1, "wrap_up"), (1, "ended"), (14, "ticket"))
    assert told[-1] == "ended"


def test_the_caller_left_before_anybody_took_the_call(tmp_path: Path) -> None:
    told, call = heard(tmp_path, (1, "answered"), (5, "place"), (5, "ended"), (1, "ticket"))
    assert told == ["answered", "place", "ended"]
    assert not call.connected


def test_a_story_that_does_not_come_to_its_end(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError):
        heard(tmp_path, (1, "answered"), (5, "place"))


FIELD = {"value": "8", "confidence": 0.6, "source": "spoken"}
HOUSEHOLD = {"person": "Марина", "street": "Летняя", "house": "8", "flat": "12"}


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"step": "answered", "dialled": "109"}, "the line 109 answers"),
        ({"step": "language", "language": "kk", "how": "digit"}, "kk (digit)"),
        ({"step": "language", "language": "kk"}, "kk"),
        ({"step": "known_number", "household": HOUSEHOLD}, "Марина, Летняя 8, flat 12"),
        ({"step": "known_number", "household": None}, "the number is not in the register"),
        ({"step": "asked", "question": "street"}, "'street?'"),
        ({"step": "asked", "question": "street", "attempt": 2}, "'street?' once more"),
        ({"step": "words", "text": "летняя", "final": False}, "“летняя” ..."),
        ({"step": "words", "text": ""}, "nothing heard"),
        ({"step": "fields", "fields": {"house": FIELD}}, "house 8 (60%, spoken)"),
        ({"step": "fields"}, ""),
        ({"step": "place", "position": 3, "queue": "hotline"}, "number 3 in the queue hotline"),
        ({"step": "offered", "operator": "aigul"}, "to aigul"),
        ({"step": "ringing", "phone": "201", "operator": "aigul"}, "phone 201 of aigul"),
        ({"step": "connected", "operator": "aigul"}, "the caller and aigul hear each other"),
        ({"step": "not_taken", "operator": "dana", "reason": "busy"}, "by dana: busy; the caller keeps the place"),
        ({"step": "talk_ended", "seconds": 12.34}, "after 12.3 s"),
        ({"step": "ticket", "number": "26-000001-1"}, "registration number 26-000001-1"),
        ({"step": "ticket", "number": "26-000001-1", "confirmed": True}, "registration number 26-000001-1, confirmed"),
        ({"step": "wrap_up", "operator": "aigul", "seconds": 30.0}, "at most 30 s"),
        ({"step": "wrap_up"}, ""),
        ({"step": "ended", "end": "answered"}, "answered"),
        ({"step": "of a later version"}, ""),
    ],
)
def test_a_step_in_words(step: dict[str, Any], said: str) -> None:
    assert words(step) == said


def test_a_line_has_the_time_since_the_call_began() -> None:
    assert tell({"step": "talk_ended", "at": 112.5, "seconds": 2}, 100.0) == "    12.5 s  talk ended    after 2.0 s"
    assert tell({"step": "wrap_up", "at": 99.0}, 100.0) == "     0.0 s  wrap up"
    assert tell({"step": "wrap_up"}, 100.0) == "     0.0 s  wrap up"
