"""Steps of an attempt, followed beside a test; and a talk that they came to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from kezek_telephony import Connected, HungUp, Line, Outside, Phone, Switchboard, TalkEnded
from kit.line_worlds import LANGUAGE, LIMIT, Caller, World


class Steps:
    """Follows an attempt in a task of its own; what came can be waited for. `failed`: what it raised."""

    def __init__(self, steps: AsyncIterator[Any]) -> None:
        self.seen: list[Any] = []
        self.failed: BaseException | None = None
        self._steps = steps
        self._more = asyncio.Condition()
        self._task = asyncio.ensure_future(self._follow())

    async def _follow(self) -> None:
        try:
            async for step in self._steps:
                self.seen.append(step)
                async with self._more:
                    self._more.notify_all()
        except Exception as failed:  # noqa: BLE001 - a contract looks at it
            self.failed = failed
        async with self._more:
            self._more.notify_all()

    async def until(self, number: int) -> Any:
        """The last one, as soon as there are so many."""
        async with asyncio.timeout(LIMIT), self._more:
            await self._more.wait_for(lambda: len(self.seen) >= number or self._task.done())
        assert len(self.seen) >= number, f"{self.seen} {self.failed!r}"
        return self.seen[number - 1]

    async def all(self) -> list[Any]:
        async with asyncio.timeout(LIMIT):
            await self._task
        if self.failed:
            raise self.failed
        return self.seen

    def close(self) -> None:
        self._task.cancel()


@dataclass
class Talk:
    board: Switchboard
    line: Line
    caller: Caller
    steps: Steps

    def consult(self, phone: str, seconds: int = 20) -> Steps:
        to = Outside(phone) if len(phone) == 3 else Phone(phone)
        return Steps(self.board.consult(self.line, to, seconds=seconds))

    async def asks(self, phone: str) -> Steps:
        """Somebody is asked, and has picked up."""
        aside = self.consult(phone)
        assert await aside.until(2) == Connected()
        return aside

    async def ends(self, *, stays: bool) -> list[Any]:
        """The steps between Connected and the end."""
        *steps, ended = await self.steps.all()
        assert isinstance(ended, TalkEnded)
        assert ended.caller_stays is stays
        assert ended.talk_seconds < LIMIT
        if stays:
            assert not await self.line.play("number/7", language=LANGUAGE)
        else:
            with pytest.raises(HungUp):
                await self.line.digit(60)
        return steps[2:]


@contextlib.asynccontextmanager
async def talking(world: World) -> AsyncIterator[Talk]:
    """A caller and the operator at 1001 hear each other."""
    async with world.phone(answers=True), world.call() as (line, caller):
        await line.music()
        rung = world.board.ring(line, phones=[Phone("1001")], offer=1, seconds=20, still_ours=lambda: True)
        steps = Steps(rung)
        await steps.until(2)
        try:
            yield Talk(world.board, line, caller, steps)
        finally:
            steps.close()
