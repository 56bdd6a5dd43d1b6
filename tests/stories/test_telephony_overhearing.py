"""The operator's side where no sound of it can be had: it just ends, and nobody notices (P10)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kezek_telephony.overhearing import TRIES, Overhearing
from kezek_telephony.types import LinkDown, Refused
from kit.virtual_time import in_virtual_time


class Link:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def action(self, name: str, headers: dict[str, str]) -> dict[str, str]:
        if self.error is not None:
            raise self.error
        return {"value": f"PJSIP/{headers['Channel']}"}


class Caller:
    """Each listening brings so many frames as it is told."""

    alive = True
    arrival = SimpleNamespace(call="c1")

    def __init__(self, *frames: int) -> None:
        self.frames = list(frames)
        self.listened: list[str] = []

    @asynccontextmanager
    async def listen_at(self, channel: str) -> AsyncIterator[AsyncIterator[bytes]]:
        self.listened.append(channel)

        async def sound() -> AsyncIterator[bytes]:
            for _ in range(self.frames.pop(0) if self.frames else 0):
                yield bytes(320)

        yield sound()


def attempt(**talk: Any) -> Any:
    legs = SimpleNamespace(leg="leg", end=None)
    return SimpleNamespace(trace=legs, talk=SimpleNamespace(**{"phone_leg": "", "holder": "", **talk}))


async def heard(link: Link, caller: Caller, talk: Any) -> int:
    def find(call: str) -> Any:
        if talk is None:
            raise Refused("there is no talk")
        return talk

    frames = Overhearing(cast(Any, link), find).operator(cast(Any, caller))
    return len([frame async for frame in frames])


@in_virtual_time
async def test_a_sound_server_that_is_away_is_asked_a_few_times_and_no_more() -> None:
    caller = Caller()
    assert await heard(Link(), caller, attempt()) == 0
    assert caller.listened == ["PJSIP/leg"] * TRIES


@in_virtual_time
async def test_sound_that_breaks_off_is_taken_up_again() -> None:
    caller = Caller(3, 0, 2)
    assert await heard(Link(), caller, attempt(phone_leg="phone", holder="local")) == 5
    assert caller.listened[0] == "PJSIP/phone", "not the half of a Local channel before it"


@in_virtual_time
@pytest.mark.parametrize("error", [LinkDown("away"), Refused("no such channel")])
async def test_an_exchange_that_does_not_answer_gives_no_sound(error: Exception) -> None:
    caller = Caller(3)
    assert await heard(Link(error), caller, attempt()) == 0
    assert caller.listened == []


@in_virtual_time
async def test_without_a_talk_nothing_is_asked() -> None:
    caller = Caller(3)
    assert await heard(Link(), caller, None) == 0
    assert caller.listened == []
