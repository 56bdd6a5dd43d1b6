"""Outages and planned works: opened, mended, found by a place, closed with one move."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from kezek_register.areas import Place
from kezek_register.notice_types import NoticeChannel
from kezek_register.outage_rules import body, checked, is_now
from kezek_register.outage_types import (
    BadOutage,
    Closing,
    Outage,
    OutageOver,
    StaleOutage,
    Tie,
)
from kezek_register.sql import events, outage_closing, outage_rows, outage_ties
from kezek_register.sql.database import Database
from kezek_register.sql.outage_memory import OpenOutages, bump
from kezek_register.sql.outage_tables import OutageAreaRow, OutageExpectationRow, OutageRow
from kezek_register.sql.tables import TopicRow
from kezek_register.types import NotFound

_OPEN = ("draft", "announced")


class Outages:
    """`number` gives a registration number for a ticket. Every change is told to programs in its own transaction."""

    def __init__(self, database: Database, number: Callable[[], Awaitable[str]], clock: Callable[[], datetime]) -> None:
        self._database = database
        self._number = number
        self._clock = clock
        self._memory = OpenOutages(database)

    async def open(self, outage: Outage, who: str) -> Outage:
        """A new one, as a draft or announced; its id, history and steps are made here. Callers of its area hear it
        from the next moment on. Raises BadOutage, NotFound (topic, organisation, a place of an area), Conflict (its
        code)."""
        checked(outage)
        now = self._clock()
        async with self._database.writing() as session:
            organisation_id = await self._known(session, outage)
            row = OutageRow(
                **outage_rows.facts(outage, organisation_id),
                state=outage.state,
                expected_at=outage.expected_at,
                ended_at=None,
                begun=outage.state == "announced" and outage.starts_at <= now,
                created_at=now,
                created_by=who,
            )
            session.add(row)
            await session.flush()
            await outage_rows.write_areas(session, row.id, outage.areas)
            if outage.expected_at is not None:
                await _expected(session, row, now, who, "")
            opened = await outage_rows.whole(session, row)
            if row.state == "announced":
                await self._tell(session, "outage.opened", opened, who)
        return opened

    async def get(self, outage_id: int) -> Outage:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return await outage_rows.whole(session, await outage_rows.one(session, outage_id))

    async def update(self, outage: Outage, version: int, who: str) -> Outage:
        """Its facts, words and areas as they are now; a draft may be announced by it. Another expected end goes into
        the history as with `expect`. Raises as `open`, StaleOutage when it is not `version` any more, OutageOver."""
        checked(outage)
        now = self._clock()
        async with self._database.writing() as session:
            organisation_id = await self._known(session, outage)
            row = await self._mine(session, outage.id, version)
            if row.state == "announced" and outage.state == "draft":
                raise OutageOver("what is announced is no draft any more: cancel it")
            announced = row.state == "draft" and outage.state == "announced"
            for name, value in outage_rows.facts(outage, organisation_id).items():
                setattr(row, name, value)
            row.state = outage.state
            if row.expected_at != outage.expected_at:
                row.expected_at = outage.expected_at
                await _expected(session, row, now, who, "")
            if announced:
                row.begun = row.starts_at <= now
            flag_modified(row, "state")  # areas alone are a new version too
            await session.execute(delete(OutageAreaRow).where(OutageAreaRow.outage_id == row.id))
            await outage_rows.write_areas(session, row.id, outage.areas)
            await session.flush()
            updated = await outage_rows.whole(session, row)
            if row.state == "announced":
                await self._tell(session, "outage.opened" if announced else "outage.updated", updated, who)
        return updated

    async def close(
        self, outage_id: int, who: str, ended_at: datetime | None = None, *, tell_by: NoticeChannel = "call"
    ) -> Closing:
        """It is over: with this one move every tied party is told once, by notices of this transaction, and the tickets
        tied to it are reported. Again: nothing more. Raises NotFound, BadOutage (it ended before it began or has yet to
        end), OutageOver (cancelled, or a draft)."""
        now = self._clock()
        ended_at = ended_at or now
        async with self._database.writing() as session:
            row = await outage_rows.one(session, outage_id, lock=True)
            if row.state == "restored":
                return Closing(await outage_rows.whole(session, row))
            if row.state != "announced":
                raise OutageOver(f"the outage is {row.state}")
            if not row.starts_at <= ended_at <= now:
                raise BadOutage("it ends after its beginning and not later than now; what never began is cancelled")
            row.state, row.ended_at, row.begun = "restored", ended_at, True
            await session.flush()
            return await self._over(session, row, "outage.closed", who, now, tell_by)

    async def tie(self, outage_id: int, tie: Tie) -> Tie:
        """A household that is concerned and asks: once in an outage, however often it calls and under whichever key it
        came before; the same call counts once. `party` is worked out here. Raises NotFound, OutageOver."""
        async with self._database.writing() as session:
            return await outage_ties.tie(self._database, session, outage_id, tie, self._clock())

    async def ties(self, outage_id: int, after: int = 0, limit: int = 500) -> list[Tie]:
        """In the order in which they came; `after` so many of them."""
        async with self._database.reading() as session:
            return await outage_ties.of_outage(session, outage_id, after, limit)

    async def affecting(
        self, place: Place, at: datetime | None = None, *, within: timedelta = timedelta(0)
    ) -> list[Outage]:
        """What is going on at this place, then what begins `within` that time; the most special area first. Their
        `ties` and `calls` are not counted here. Areas are compared, never expanded: milliseconds in a large city."""
        return (await self._memory.fresh()).affecting(place, at or self._clock(), within)

    async def now(self, at: datetime | None = None) -> list[Outage]:
        """All that go on at this moment, the newest first."""
        at = at or self._clock()
        wanted = select(OutageRow).where(OutageRow.state == "announced", OutageRow.starts_at <= at)
        async with self._database.reading() as session:
            rows = await session.scalars(wanted.order_by(OutageRow.starts_at.desc(), OutageRow.id.desc()))
            return [one for one in await outage_rows.read(session, list(rows)) if is_now(one, at)]

    async def _known(self, session: AsyncSession, outage: Outage) -> int | None:
        if outage.topic and await session.get(TopicRow, outage.topic) is None:
            raise NotFound(f"no topic {outage.topic}")
        return await outage_rows.organisation_id(session, outage.organisation)

    async def _mine(self, session: AsyncSession, outage_id: int, version: int | None) -> OutageRow:
        row = await outage_rows.one(session, outage_id, lock=True)
        if row.state not in _OPEN:
            raise OutageOver(f"the outage is {row.state}")
        if version is not None and row.version != version:
            raise StaleOutage("somebody changed it meanwhile")
        return row

    async def _over(
        self, session: AsyncSession, row: OutageRow, event: str, who: str, now: datetime, tell_by: NoticeChannel
    ) -> Closing:
        outage = await outage_rows.whole(session, row)
        closing = await outage_closing.close(self._database, session, outage, who, now, tell_by)
        closing = replace(closing, outage=await outage_rows.whole(session, row))
        await self._tell(session, event, closing.outage, who, told=len(closing.notices), tickets=closing.tickets)
        return closing

    async def _tell(self, session: AsyncSession, event: str, outage: Outage, who: str, **more: Any) -> None:
        await bump(self._database, session)
        await events.write(session, event, body(outage, who, **more))


async def _expected(session: AsyncSession, row: OutageRow, now: datetime, who: str, why: str) -> None:
    session.add(OutageExpectationRow(outage_id=row.id, at=now, who=who, expected_at=row.expected_at, why=why))
    await session.flush()
