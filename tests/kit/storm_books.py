"""Outages as managers' verbs change them, twice: in memory, as simply as can be, and as the register has them in SQL.
One stateful story is played on either."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from kezek_api.storm.rules import DetectionRules
from kezek_api.storm.sources import WithSuspicions
from kezek_ivr.ports import Affecting, Concerned, Outages
from kezek_register import Register
from kezek_register.detection.types import Suspicion
from kezek_register.outage_types import Outage, OutageOver
from kit.storm_city import home_of, street

MATTER = "electricity"
House = tuple[int, int]  # street, number


class Books(Protocol):
    """Ids of outages and of suspicions; `told`: households of which a notice is made by that verb."""

    port: Outages
    watch: Callable[[], Coroutine[Any, Any, None]] | None

    async def suspect(self, streets: Sequence[int]) -> int: ...
    async def confirm(self, suspicion: int) -> int: ...
    async def open(self, streets: Sequence[int]) -> int: ...
    async def restore(self, outage: int, street_id: int) -> list[int]: ...
    async def close(self, outage: int) -> list[int]: ...
    async def reopen(self, outage: int) -> None: ...

    async def goes_on(self, outage: int) -> bool: ...
    async def ties(self, outage: int) -> dict[int, bool]:
        """Household -> whether it is to be told."""
        ...

    async def pending(self, outage: int) -> list[int]:
        """Households of notices that somebody is still to be dialled for."""
        ...


@dataclass
class Known:
    """An outage by the book. `over`: household -> the step that told it so, 0 is the close."""

    streets: list[int]
    began: datetime
    state: str = "announced"
    restored: list[int] = field(default_factory=list)
    ties: dict[int, bool] = field(default_factory=dict)
    over: dict[int, int] = field(default_factory=dict)

    def at(self, street_id: int | None) -> bool:
        return self.state == "announced" and street_id in self.streets and street_id not in self.restored


class MemoryBooks(Outages):
    """Meets Books, and `kezek_ivr.ports.Outages`. `now`: the moment."""

    watch = None

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.port: Outages = self
        self._now = now
        self._outages: dict[int, Known] = {}
        self._suspicions: dict[int, Known] = {}
        self._number = 0

    # --- as receptions ask

    async def affecting(self, who: Concerned) -> Sequence[Affecting]:
        return self._at(who)

    def news(self) -> int:
        return self._number

    def heard(self, who: Concerned) -> Sequence[Affecting]:
        return self._at(who)

    async def tie(self, outage: int, who: Concerned, *, tell: bool) -> None:
        known = self._outages[outage]
        if who.household_id is not None and known.at(home_of(who.household_id).street):
            known.ties[who.household_id] = tell or known.ties.get(who.household_id, False)

    def _at(self, who: Concerned) -> list[Affecting]:
        found = [self._told(id, one) for id, one in self._outages.items() if one.at(who.street_id)]
        suspected = [
            self._told(id, one, suspected=True) for id, one in self._suspicions.items() if one.at(who.street_id)
        ]
        return found or suspected

    def _told(self, id: int, one: Known, *, suspected: bool = False) -> Affecting:
        return Affecting(id, MATTER, "unknown", one.began, suspected=suspected)

    # --- as managers decide

    async def suspect(self, streets: Sequence[int]) -> int:
        id = len(self._suspicions) + 1
        self._suspicions[id] = Known(list(streets), self._now())
        return id

    async def confirm(self, suspicion: int) -> int:
        self._suspicions[suspicion].state = "confirmed"
        return await self.open(self._suspicions[suspicion].streets)

    async def open(self, streets: Sequence[int]) -> int:
        id = len(self._outages) + 1
        self._outages[id] = Known(list(streets), self._now())
        self._number += 1
        return id

    async def restore(self, outage: int, street_id: int) -> list[int]:
        known = self._outages[outage]
        if not known.at(street_id):
            return []
        known.restored.append(street_id)
        if set(known.restored) >= set(known.streets):
            return await self.close(outage)
        return self._end(known, [home for home in known.ties if home_of(home).street == street_id], len(known.restored))

    async def close(self, outage: int) -> list[int]:
        known = self._outages[outage]
        if known.state != "announced":
            return []
        known.state = "restored"
        return self._end(known, list(known.ties), 0)

    async def reopen(self, outage: int) -> None:
        """The close is taken back, the steps before it stand; where the last step was the close that too."""
        known = self._outages[outage]
        known.state = "announced"
        if set(known.restored) >= set(known.streets):
            known.restored.pop()
        known.over = {home: step for home, step in known.over.items() if step}
        self._number += 1

    def _end(self, known: Known, homes: Sequence[int], step: int) -> list[int]:
        self._number += 1
        new = [home for home in homes if home not in known.over]
        known.over |= dict.fromkeys(new, step)
        return [home for home in new if known.ties[home]]

    async def goes_on(self, outage: int) -> bool:
        return self._outages[outage].state == "announced"

    async def ties(self, outage: int) -> dict[int, bool]:
        return dict(self._outages[outage].ties)

    async def pending(self, outage: int) -> list[int]:
        known = self._outages[outage]
        return [home for home in known.over if known.ties[home]]


class SqlBooks:
    """Meets Books."""

    def __init__(self, register: Register, now: Callable[[], datetime]) -> None:
        self._register, self._now = register, now
        self.port: Outages = (port := WithSuspicions(register, DetectionRules()))
        self.watch: Callable[[], Coroutine[Any, Any, None]] | None = port.watch
        self._suspected = 0

    async def suspect(self, streets: Sequence[int]) -> int:
        self._suspected += 1
        areas = tuple(map(street, streets))
        found = Suspicion(
            id=f"d{self._suspected}", state="open", topic=MATTER, areas=areas, reports=5, parties=5,
            first_at=self._now() - timedelta(minutes=4), last_at=self._now(), span_s=240.0, usual=0.1, certainty=0.97,
            score=9.0, households=40, grown=((self._now(), 40),),
        )  # fmt: skip
        return (await self._register.suspicions.write(found)).id

    async def confirm(self, suspicion: int) -> int:
        return (await self._register.suspicions.confirm(suspicion, "anna")).id

    async def open(self, streets: Sequence[int]) -> int:
        areas = tuple(map(street, streets))
        return (await self._register.outages.open(Outage(0, "announced", 2, MATTER, self._now(), areas), "anna")).id

    async def restore(self, outage: int, street_id: int) -> list[int]:
        try:
            closing = await self._register.outages.restore(outage, [street(street_id)], "olena")
        except OutageOver:
            return []
        return [_home(notice.told["party"]) for notice in closing.notices]

    async def close(self, outage: int) -> list[int]:
        closing = await self._register.outages.close(outage, "olena")
        return [_home(notice.told["party"]) for notice in closing.notices]

    async def reopen(self, outage: int) -> None:
        await self._register.outages.reopen(outage, "anna")

    async def goes_on(self, outage: int) -> bool:
        return (await self._register.outages.get(outage)).state == "announced"

    async def ties(self, outage: int) -> dict[int, bool]:
        found = await self._register.outages.ties(outage)
        told = {_home(one.party): one.tell for one in found}
        assert len(told) == len(found), "a household is tied once"
        return told

    async def pending(self, outage: int) -> list[int]:
        found = await self._register.notices.of(f"outage:{outage}")
        return [_home(one.told["party"]) for one in found if one.state == "pending"]


def _home(party: str) -> int:
    kind, _, id = party.partition(":")
    assert kind == "household"
    return int(id)
