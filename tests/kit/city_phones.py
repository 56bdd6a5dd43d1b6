"""The telephones of a whole city in a test: whoever is dialled picks up and presses what he is to press; whoever lives
where an outage is calls until he hears of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import repeat

from kit.api import until
from kit.sip_agent import SipAgent, SipCall
from kit.tones import loud
from kit.whole import City, Street

LIMIT_S = 20.0  # a notice is looked for every few seconds
DIALS = 5


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
        async with asyncio.TaskGroup() as talking:
            while True:
                bell = await self._world.rings(600)
                self.rung.append(bell.number)
                key = next(self._keys.setdefault(bell.number, repeat("1")))
                talking.create_task(picks_up(bell, key))


async def picks_up(bell: SipCall, key: str) -> None:
    """He presses when he hears something, as people do: a key that is pressed before anybody is there is nobody's."""
    bell.answer()
    await until(lambda: loud(bell) or bell.over, LIMIT_S)
    bell.press(key)


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


async def hears_of_the_outage(city: City, street: Street, caller: str, token: str) -> SipCall:
    """His call, in which it has begun to be told. A register that does not answer within a second holds nobody up: who
    was asked what has happened instead hangs up and dials again. `token`: of a story of his own."""
    seen: list[str] = []

    async def begun() -> str:
        seen[:] = [each["step"] for each in await city.story(token)]
        return next((step for step in seen[read:] if step in ("outage", "asked", "ended")), "")

    for _ in range(DIALS):
        read = len(await city.story(token))
        citizen = await street.dials(caller=caller, story=token, press="")
        if await until(begun, LIMIT_S) == "outage":
            return citizen
        await citizen.hang_up()
    raise AssertionError(f"not told of the outage: {seen}")


async def informed(city: City, street: Street, caller: str, token: str) -> SipCall:
    """He hears what is known, presses 1, and the call is over without anybody's phone ringing."""
    citizen = await hears_of_the_outage(city, street, caller, token)
    citizen.press("1")
    assert (await city.told(token, "informed"))["tell"] is True
    await citizen.ended()

    async def over() -> bool:
        steps = await city.story(token)
        return [each.get("end") for each in steps if each["step"] == "ended"][-1:] == ["informed"]

    await until(over)
    return citizen
