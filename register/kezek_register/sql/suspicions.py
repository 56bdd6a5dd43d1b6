"""Suspicions of mass outages: written as detection finds them, decided by people or by a rule, once.

open --confirm--> confirmed (its outage is opened in the same transaction)
  |---dismiss--> dismissed     |---its reports stop, or voices say no--> faded     \\---merged into another--> merged
A dismissed or faded one may still be confirmed: somebody knows better by then.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.areas import Place, swallows
from kezek_register.detection.types import Suspicion, SuspicionState
from kezek_register.outage_index import OutageIndex
from kezek_register.outage_types import BadOutage, Level, Outage, OutageOver
from kezek_register.paging import Page, key_of, page_of, size_of
from kezek_register.sql import events, outage_concerned, outage_parts, outage_rows, suspicion_rows, trouble_reports
from kezek_register.sql.database import Database
from kezek_register.sql.in_memory import InMemory
from kezek_register.sql.outages import Outages
from kezek_register.sql.revisions import bump, revision_seen
from kezek_register.sql.storm_tables import SuspicionRow, TroubleReportRow
from kezek_register.sql.tables import TicketRow
from kezek_register.ticket_types import OPEN
from kezek_register.trouble_types import KeptSuspicion, SuspicionDecided

REVISION = "suspicions"
_DECIDED = ("confirmed", "dismissed")
_CHUNK = 500


class Suspicions:
    """Every change is told to programs in its own transaction: 'suspicion.opened', 'suspicion.grown',
    'suspicion.confirmed', 'suspicion.dismissed', 'suspicion.faded', 'suspicion.merged'."""

    def __init__(self, database: Database, outages: Outages, clock: Callable[[], datetime]) -> None:
        self._database, self._outages, self._clock = database, outages, clock
        self._open = InMemory(database, REVISION, _read_open, OutageIndex)

    # --- as detection finds them

    async def write(
        self, found: Suspicion, id: int | None = None, *, of: Sequence[int] = (), keys: Sequence[str] = ()
    ) -> KeptSuspicion:
        """As it is now; `id` None: a new one. `of`: ids for those that `found.of` names; `keys`: reports that have come
        to it. What a person has decided stands, whatever detection says of its state. Raises NotFound."""
        told = suspicion_rows.told_areas(found.areas)
        special = await self._special_needs(found, id, told)
        now = self._clock()
        async with self._database.writing() as session:
            row = await suspicion_rows.one(session, id, lock=True) if id is not None else SuspicionRow(
                state="open", opened_at=now, decided_by="", why="", of=[], households=0, grown=[], areas=[]
            )  # fmt: skip
            before, larger = row.state, row.areas != told and found.households > row.households
            for name in ("topic", "reports", "parties", "households", "first_at", "last_at", "span_s", "usual",
                         "certainty", "score", "against"):  # fmt: skip
                setattr(row, name, getattr(found, name))
            row.areas, row.special_needs = told, special
            row.of = sorted({*row.of, *of})
            row.grown = [[at.isoformat(), households] for at, households in found.grown]
            if row.state not in _DECIDED:
                row.state = "open" if found.state in _DECIDED else found.state
            session.add(row)
            await session.flush()
            await trouble_reports.belong(session, row.id, keys)
            kept = suspicion_rows.value(row)
            await bump(self._database, session, REVISION)
            what = "opened" if id is None else kept.state if kept.state != before else "grown" if larger else ""
            if what:
                event = "opened" if what == "open" else what  # one that had faded, and is there again
                await self._tell(session, event, kept)
        return kept

    async def fade(self, id: int) -> None:
        """Nothing speaks for it any more. Decided or merged, it stays as it is. Raises NotFound."""
        async with self._database.writing() as session:
            row = await suspicion_rows.one(session, id, lock=True)
            if row.state == "open":
                row.state = "faded"
                await session.flush()
                await bump(self._database, session, REVISION)
                await self._tell(session, "faded", suspicion_rows.value(row))

    # --- as people and rules decide

    async def confirm(
        self,
        id: int,
        who: str,
        *,
        level: Level = 2,
        expected_at: datetime | None = None,
        words: Mapping[Any, str] | None = None,
        organisation: str = "",
        asset_kind: str = "",
        topic: str | None = None,
    ) -> Outage:
        """It is an outage: opened by this, announced, with these areas (and of that `topic`, where another one was
        suspected); the tickets of its reports are tied to it. Again, or by somebody else at the same moment, it is the
        same outage. Raises NotFound, BadOutage, and SuspicionDecided when it has become a part of another."""
        async with self._database.writing() as session:
            row = await suspicion_rows.one(session, id, lock=True)
            if row.outage_id is not None:
                return await outage_rows.whole(session, await outage_rows.one(session, row.outage_id))
            if row.state == "merged":
                raise SuspicionDecided("it has become a part of another")
            now = self._clock()
            outage = await self._outages.open_in(
                session,
                Outage(
                    0,
                    "announced",
                    level,
                    row.topic if topic is None else topic,
                    min(row.first_at, now),
                    suspicion_rows.areas_of(row.areas),
                    asset_kind=asset_kind,
                    words=dict(words or {}),
                    organisation=organisation,
                    expected_at=expected_at,
                ),
                who,
            )
            row.outage_id = outage.id
            await self._tie_tickets(session, id, outage.id)
            await self._decide(session, row, "confirmed", who, "")
            return await outage_rows.whole(session, await outage_rows.one(session, outage.id))

    async def dismiss(self, id: int, who: str, why: str) -> KeptSuspicion:
        """It is none; again changes nothing. Raises NotFound, SuspicionDecided (it is an outage, or in another)."""
        async with self._database.writing() as session:
            row = await suspicion_rows.one(session, id, lock=True)
            if row.state in ("confirmed", "merged"):
                raise SuspicionDecided(f"it is {row.state} already")
            if row.state != "dismissed":
                await self._decide(session, row, "dismissed", who, why)
            return suspicion_rows.value(row)

    async def extend(self, id: int, who: str, outage_id: int | None = None) -> Outage:
        """It has grown beyond its outage, which has its areas too from now on. `outage_id`: it is a part of that one,
        confirmed with it, and the tickets of its reports are tied to it; again, or by two at once, it is the same.
        Raises NotFound, OutageOver (not announced), SuspicionDecided (no outage, another's, or merged), and BadOutage
        for what is restored there already: that step is to be taken back."""
        async with self._database.writing() as session:
            row = await suspicion_rows.one(session, id, lock=True)
            if row.state == "merged" or (row.outage_id is None and outage_id is None):
                raise SuspicionDecided(f"it is {row.state}, no outage")
            if row.outage_id is not None and outage_id not in (None, row.outage_id):
                raise SuspicionDecided("it is another outage")
            attached = await outage_rows.one(session, outage_id or row.outage_id or 0, lock=True)
            if attached.state != "announced":
                raise OutageOver(f"the outage is {attached.state}")
            outage = await outage_rows.whole(session, attached)
            areas = suspicion_rows.areas_of(row.areas)
            new = tuple(area for area in areas if not any(swallows(known, area) for known in outage.areas))
            if row.outage_id is not None and not new:
                return outage
            if row.outage_id is None and await outage_parts.nothing_left(session, areas, outage.restored):
                raise BadOutage("it is restored there: take that step back")
            if new:
                whole = replace(outage, areas=(*outage.areas, *new))
                outage = await self._outages.change_in(session, whole, who)
            await self._tie_tickets(session, id, outage.id)
            if row.outage_id is None:
                row.outage_id = outage.id
                await self._decide(session, row, "confirmed", who, row.why)
                return await outage_rows.whole(session, await outage_rows.one(session, outage.id))
            await bump(self._database, session, REVISION)
            return outage

    # --- reading

    async def get(self, id: int) -> KeptSuspicion:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return suspicion_rows.value(await suspicion_rows.one(session, id))

    async def page(self, state: SuspicionState | str = "", after: str = "", limit: int = 50) -> Page[KeptSuspicion]:
        """The newest first; `state` '' is all. Raises BadCursor."""
        size = size_of(limit)
        wanted = select(SuspicionRow).order_by(SuspicionRow.id.desc()).limit(size + 1)
        if state:
            wanted = wanted.where(SuspicionRow.state == state)
        if after:
            wanted = wanted.where(SuspicionRow.id < key_of(after, int)[0])
        async with self._database.reading() as session:
            rows = list(await session.scalars(wanted))
        return page_of(rows, size, suspicion_rows.value, lambda row: (row.id,))

    async def decided_since(self, since: datetime) -> builtins.list[KeptSuspicion]:
        """Open ones, and those that were decided since: what whoever looks has to know of."""
        live = (SuspicionRow.state == "open") | (SuspicionRow.decided_at >= since)
        going_on = (SuspicionRow.state == "confirmed") & (SuspicionRow.last_at >= since)
        async with self._database.reading() as session:
            rows = await session.scalars(select(SuspicionRow).where(live | going_on).order_by(SuspicionRow.id))
            return [suspicion_rows.value(row) for row in rows]

    async def affecting(self, place: Place, at: datetime | None = None) -> builtins.list[Outage]:
        """Open ones at this place, in the shape of outages (suspicion_rows.as_outage); the most special area first."""
        return (await self._open.fresh()).affecting(place, at or self._clock())

    async def revision(self) -> int:
        """Moves whenever any of them changes."""
        return await self._database.look(lambda connection: revision_seen(connection, REVISION))

    # --- inside

    async def _special_needs(self, found: Suspicion, id: int | None, told: builtins.list[dict[str, object]]) -> int:
        """Counted again when the areas are others: before the transaction, for it may look at a whole city."""
        async with self._database.reading() as session:
            if id is not None:
                row = await suspicion_rows.one(session, id)
                if row.areas == told:
                    return row.special_needs
            return (await outage_concerned.concerned(session, found.areas)).special_needs

    async def _decide(
        self, session: AsyncSession, row: SuspicionRow, state: SuspicionState, who: str, why: str
    ) -> None:
        row.state, row.decided_at, row.decided_by, row.why = state, self._clock(), who, why
        await session.flush()
        await bump(self._database, session, REVISION)
        await self._tell(session, state, suspicion_rows.value(row), who)

    async def _tell(self, session: AsyncSession, what: str, kept: KeptSuspicion, who: str = "") -> None:
        await events.write(session, f"suspicion.{what}", suspicion_rows.body(kept, who), self._clock())

    async def _tie_tickets(self, session: AsyncSession, id: int, outage_id: int) -> None:
        """Those of its reports, so that their households are told when it is over."""
        mine = select(TroubleReportRow.key).where(TroubleReportRow.suspicion_id == id)
        keys = [key.partition(":") for key in await session.scalars(mine)]
        for field, kind in ((TicketRow.call, "call"), (TicketRow.number, "ticket")):
            named = [name for what, _, name in keys if what == kind]
            for begin in range(0, len(named), _CHUNK):
                some = field.in_(named[begin : begin + _CHUNK])
                tied = update(TicketRow).where(some, TicketRow.outage_id.is_(None), TicketRow.state.in_(OPEN))
                tied = tied.values(outage_id=outage_id, version=TicketRow.version + 1)
                await session.execute(tied, execution_options={"synchronize_session": False})


async def _read_open(session: AsyncSession) -> builtins.list[Outage]:
    rows = await session.scalars(select(SuspicionRow).where(SuspicionRow.state == "open").order_by(SuspicionRow.id))
    return [suspicion_rows.as_outage(suspicion_rows.value(row)) for row in rows]
