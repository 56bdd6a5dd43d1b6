"""What goes on at the houses of those who wait, from memory: thousands of them cost SQL one question a look.

Where a house is was read when its caller came; of whom this node knows none yet (another one had the call), it is
looked up a few at a time. While nobody waits nothing is read.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from kezek_ivr.ports import Concerned
from kezek_register import Register, RegisterError
from kezek_register.areas import Place
from kezek_register.outage_types import Outage
from kezek_register.types import NotFound

LOOK_S = 0.5
ASKED_S = 15.0  # nobody has asked for so long: nobody waits
A_LOOK = 10  # houses that are looked up between two looks at the revision
KEPT = 20_000  # houses, the oldest go first
KEPT_S = 3600.0

House = tuple[int | None, int | None, int | None, str]


class OutageNews:
    """`run` for ever."""

    def __init__(self, register: Register, *, look_s: float = LOOK_S) -> None:
        self._register, self._look_s = register, look_s
        self._number = 0
        self._revision = -1
        self._asked, self._asked_at = asyncio.Event(), 0.0
        self._looked = False  # since somebody waits
        self._places: dict[House, tuple[float, Place | None]] = {}
        self._wanted: dict[House, Concerned] = {}

    def keep(self, who: Concerned, place: Place | None) -> None:
        """His house was found there; None: the register does not know it."""
        house = _house(who)
        self._places.pop(house, None)
        self._places[house] = asyncio.get_running_loop().time(), place
        while len(self._places) > KEPT:
            del self._places[next(iter(self._places))]

    def number(self) -> int:
        """Another one when outages are others than before, as this node has seen."""
        self._asked_at = asyncio.get_running_loop().time()
        self._asked.set()
        return self._number

    def at(self, who: Concerned) -> list[Outage] | None:
        """What goes on there now; None: not known yet, ask again."""
        house = _house(who)
        since, place = self._places.get(house, (None, None))
        if since is None or since < asyncio.get_running_loop().time() - KEPT_S:
            self._wanted[house] = who
            return None
        if not self._looked:
            return None
        return self._register.outages.remembered(place) if place is not None else []

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            if loop.time() > self._asked_at + ASKED_S:
                self._asked.clear()
                self._wanted.clear()
                self._looked = False
            await self._asked.wait()
            with suppress(RegisterError):
                await self._look()
            await asyncio.sleep(self._look_s)

    async def _look(self) -> None:
        revision = await self._register.outages.ready()
        if revision != self._revision:
            self._revision = revision
            self._number += 1
        self._looked = True
        for house in list(self._wanted)[:A_LOOK]:
            who = self._wanted.pop(house)
            self.keep(who, await place_of(self._register, who))


async def place_of(register: Register, who: Concerned) -> Place | None:
    """Where he is; None when the register does not know. Raises RegisterError."""
    places = register.places
    try:
        if who.household_id is not None:
            return await places.of_household(who.household_id)
        if who.building_id is not None:
            return await places.place(who.building_id)
        return await places.of_house(who.street_id, who.house) if who.street_id is not None else None
    except NotFound:
        return None


def _house(who: Concerned) -> House:
    """By the most special that is known, as `place_of` looks."""
    if who.household_id is not None:
        return who.household_id, None, None, ""
    if who.building_id is not None:
        return None, who.building_id, None, ""
    return None, None, who.street_id, who.house
