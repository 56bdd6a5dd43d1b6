"""A town on one page, in memory: the register's part in a call, as slow or dead as a story wants it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from kezek_ivr.types import Directory, HouseholdNote, KnownCaller, NearBuilding, TicketNote
from kezek_register.houses import same_number

NOBODY = KnownCaller(None, "", ())


def household(
    person: str = "A. Omarova", *, street_id: int = 1, street: str = "Abay", house: str = "45", flat: str = "12"
) -> HouseholdNote:
    return {
        "id": 7,
        "person": person,
        "street_id": street_id,
        "street": street,
        "house": house,
        "flat": flat,
    }


class TownDirectory(Directory):
    """Meets `kezek_ivr.types.Directory`.

    callers    number -> what is known
    slow       seconds that every answer takes
    dead       every answer is an error
    remembered (household id, language) of each choice kept
    asked      (streets, house) of each address looked up
    """

    def __init__(self, callers: Mapping[str, KnownCaller] | None = None) -> None:
        self.callers = dict(callers or {})
        self.names = {1: "Abay", 2: "Pushkin", 3: "Garden"}
        self.buildings = {(1, "45"): 145, (1, "46"): 146, (2, "7"): 207, (2, "12/2"): 212, (3, "9"): 309}
        self.slow = 0.0
        self.dead = False
        self.remembered: list[tuple[int, str]] = []
        self.asked: list[tuple[tuple[int, ...], str]] = []

    def know(self, number: str, *, language: str = "ru", tickets: tuple[TicketNote, ...] = ()) -> None:
        self.callers[number] = KnownCaller(household(), language, tickets)

    async def known(self, number: str) -> KnownCaller:
        await self._answer()
        return self.callers.get(number, NOBODY)

    async def near(self, streets: Sequence[int], house: str) -> Sequence[NearBuilding]:
        self.asked.append((tuple(streets), house))
        await self._answer()
        exact = [(street, house) for street in streets if (street, house) in self.buildings]
        alike = [(street, other) for street, other in sorted(self.buildings) if street == streets[0]]
        alike = [each for each in alike if each[1] != house and same_number(each[1], house)][:3]
        return [NearBuilding(self.buildings[at], *at, exact=at in exact) for at in [*exact, *alike]]

    def streets(self, language: str) -> Mapping[str, str]:
        return {name.lower(): str(street) for street, name in self.names.items()}

    def street_name(self, street_id: int, language: str) -> str:
        return self.names[street_id]

    def street_title(self, street_id: int, language: str) -> str:
        return f"{self.names[street_id]} street"

    def topics(self, language: str) -> Mapping[str, str]:
        return {"heating": "heating", "water": "hot_water", "lift": "lift"}

    async def remember_language(self, household_id: int, language: str) -> None:
        await self._answer()
        self.remembered.append((household_id, language))

    async def _answer(self) -> None:
        await asyncio.sleep(self.slow)
        if self.dead:
            raise ConnectionError("the database is down")
