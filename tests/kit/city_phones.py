"""The telephones of a whole city in a test: whoever is dialled picks up and presses what he is to press."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import repeat

from kit.api import until
from kit.sip_agent import SipAgent
from kit.whole import City

LIMIT_S = 20.0  # a notice is looked for every few seconds


class Phones:
    """`rung`: the numbers, in the order in which they rang; nobody is left unanswered."""

    def __init__(self, world: SipAgent) -> None:
        self.rung: list[str] = []
        self._world, self._keys = world, dict[str, Iterator[str]]()

    def presses(self, number: str, keys: Iterable[str]) -> None:
        """One key for each call to this number, the first for the first; '1' for whoever was told nothing of it."""
        self._keys[number] = iter(keys)

    async def rang(self, number: str, times: int = 1) -> None:
        await until(lambda: self.rung.count(number) >= times, LIMIT_S)

    async def _answer(self) -> None:
        while True:
            bell = await self._world.rings(600)
            self.rung.append(bell.number)
            bell.answer()
            bell.press(next(self._keys.setdefault(bell.number, repeat("1"))))


@contextlib.asynccontextmanager
async def phones(city: City) -> AsyncIterator[Phones]:
    async with city.trunk() as world:
        made = Phones(world)
        answering = asyncio.create_task(made._answer())  # ends with this block
        try:
            yield made
            assert not answering.done(), "more calls to a number than keys were given for it"
        finally:
            answering.cancel()
            await asyncio.wait({answering})
