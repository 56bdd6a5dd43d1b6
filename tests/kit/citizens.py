"""What the register knows for citizens, in memory: outages, tickets, notices; as slow or dead as a story wants them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from kezek_ivr.ports import (
    Affecting,
    Answer,
    Concerned,
    Emergencies,
    HandOff,
    Notices,
    Outages,
    Tell,
    TellState,
    Tickets,
    TicketState,
)
from kezek_register.notice_types import TO_CITIZENS
from kezek_register.numbers import BadNumber, check

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Slow:
    """`slow`: seconds that every answer takes; `dead`: every answer is an error."""

    def __init__(self) -> None:
        self.slow = 0.01
        self.dead = False

    async def answer(self) -> None:
        await asyncio.sleep(self.slow)
        if self.dead:
            raise ConnectionError("the database is down")


class TownOutages(Slow, Outages):
    """`at`: (street id, house) -> the outages there; `ties`: (outage, party) -> told when it is over? `asked`: by how
    many looks of those who wait; `unread`: their houses are not known yet."""

    def __init__(self) -> None:
        super().__init__()
        self.changes = self.asked = 0
        self.unread = False
        self.at: dict[tuple[int, str], list[Affecting]] = {}
        self.ties: dict[tuple[int, str], bool] = {}
        self.calls: list[str] = []

    def affect(self, street_id: int, house: str, *outages: Affecting) -> None:
        self.at[street_id, house] = list(outages)
        self.changes += 1

    def news(self) -> int:
        return self.changes

    def heard(self, who: Concerned) -> Sequence[Affecting] | None:
        self.asked += 1
        return None if self.unread else self.at.get((who.street_id or 0, who.house), [])

    async def affecting(self, who: Concerned) -> Sequence[Affecting]:
        await self.answer()
        return self.at.get((who.street_id or 0, who.house), [])

    async def tie(self, outage: int, who: Concerned, *, tell: bool) -> None:
        await self.answer()
        party = party_of(who)
        self.ties[outage, party] = tell or self.ties.get((outage, party), False)
        self.calls.append(who.call)


class TownTickets(Slow, Tickets):
    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, TicketState] = {}
        self.own: dict[str, list[TicketState]] = {}

    def number(self, keyed: str) -> str | None:
        try:
            return check(keyed)
        except BadNumber:
            return None

    async def state(self, number: str) -> TicketState | None:
        await self.answer()
        return self.known.get(number)

    async def of_caller(self, phone: str) -> Sequence[TicketState]:
        await self.answer()
        return self.own.get(phone, [])


class TownServices(Slow, Emergencies):
    """`handed`: (call, number, what it is about) of each; `outcomes`: id -> what came of it."""

    def __init__(self, *numbers: str) -> None:
        super().__init__()
        self.numbers = numbers
        self.handed: list[tuple[str, str, str]] = []
        self.outcomes: dict[int, str] = {}

    async def hand_off(self, call: str, number: str, notes: Mapping[str, Any], by: str) -> HandOff | None:
        await self.answer()
        if number not in self.numbers:
            return None
        self.handed.append((call, number, str(notes.get("emergency", {}).get("how", ""))))
        return HandOff(len(self.handed), ("handed_over",), "kk")

    async def outcome(self, hand_off: HandOff, outcome: str) -> None:
        await self.answer()
        self.outcomes[hand_off.id] = outcome


class MemoryNotices(Slow, Notices):
    """`due`: key -> when it may be told next, None when it is settled; `answers`: key -> what he said."""

    def __init__(self) -> None:
        super().__init__()
        self.tells: dict[str, Tell] = {}
        self.due: dict[str, datetime | None] = {}
        self.claimed_by: dict[str, str] = {}
        self.claimed_at: dict[str, datetime] = {}
        self.answers: dict[str, list[Answer]] = {}

    def add(self, key: str, what: str, address: str, language: str = "ru", **told: object) -> Tell:
        self.tells[key] = Tell(key, key.rpartition(":")[0], what, address, language, told, 0, "pending")
        self.due[key] = LONG_AGO
        return self.tells[key]

    async def claim(self, *, node: str, limit: int, now: datetime, but: Collection[str] = ()) -> Sequence[Tell]:
        await self.answer()
        claimed = []
        for key, tell in self.tells.items():
            due = self.due[key] if tell.what not in but else None
            if len(claimed) < limit and tell.state == "pending" and due is not None and due <= now:
                self.tells[key] = replace(tell, state="claimed", attempts=tell.attempts + 1)
                self.claimed_by[key], self.claimed_at[key] = node, now
                claimed.append(self.tells[key])
        return claimed

    async def begun(self, *, since: datetime) -> int:
        await self.answer()
        return sum(at > since and self.tells[key].what in TO_CITIZENS for key, at in self.claimed_at.items())

    async def hold(self, *, node: str, now: datetime, lease_s: float) -> None:
        await self.answer()
        for key, by in self.claimed_by.items():
            silent = self.claimed_at[key] < now - timedelta(seconds=lease_s)
            if self.tells[key].state == "claimed" and (by == node or silent):
                self.claimed_by[key], self.claimed_at[key] = node, now

    async def get(self, key: str) -> Tell | None:
        await self.answer()
        return self.tells.get(key)

    async def settle(self, key: str, state: TellState, result: str, next_at: datetime | None = None) -> None:
        await self.answer()
        if self.tells[key].state in ("claimed", "unclear"):
            self.tells[key] = replace(self.tells[key], state=state, result=result)
            self.due[key] = next_at

    async def unsettled(self, node: str) -> Sequence[Tell]:
        await self.answer()
        return [t for k, t in self.tells.items() if t.state == "claimed" and self.claimed_by.get(k) == node]

    async def answered(self, tell: Tell, answer: Answer) -> None:
        await self.answer()
        said = self.answers.setdefault(tell.key, [])
        if said[-1:] != [answer]:
            said.append(answer)


def party_of(who: Concerned) -> str:
    if who.household_id is not None:
        return f"household:{who.household_id}"
    if who.building_id is not None and who.flat:
        return f"flat:{who.building_id}:{who.flat}"
    return f"phone:{who.phone}"


def an_outage(outage: int, began: datetime, *, hours: float | None = None, **more: object) -> Affecting:
    """`hours` from its beginning to the end that is expected."""
    until = began + timedelta(hours=hours) if hours is not None else None
    facts = {"topic": "heating", "cause": "burst_pipe", **more}
    return Affecting(outage, since=began, until=until, **facts)  # type: ignore[arg-type]
