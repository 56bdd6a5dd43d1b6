"""When an outage ends: what is expected and how that moved, the move that closes it, works that end by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.areas import Area
from kezek_register.notice_types import Notice, NoticeChannel
from kezek_register.outage_types import BadOutage, Closing, Outage, OutageOver
from kezek_register.sql import outage_chain, outage_closing, outage_rows
from kezek_register.sql.outage_base import OutageBase
from kezek_register.sql.outage_tables import OutageRow

KEZEK = "kezek"


class OutageEnds(OutageBase):
    async def expect(
        self,
        outage_id: int,
        expected_at: datetime | None,
        why: str,
        who: str,
        *,
        tell: bool = False,
        tell_by: NoticeChannel | None = None,
    ) -> Outage:
        """When it will be over, as far as anybody knows now; None: not known any more. What was expected before stays
        in its history. With `tell` each tied household is told of the new end once.

        Raises NotFound, OutageOver, BadOutage (an end in the past or before its beginning, or none for works that end
        by themselves).
        """
        now = self._clock()
        async with self._database.writing() as session:
            row = await self._mine(session, outage_id)
            if expected_at is None and row.ends_itself:
                raise BadOutage("what ends by itself needs its end")
            if expected_at is not None and expected_at <= max(row.starts_at, now):
                raise BadOutage("an end is expected after the beginning and after now")
            if row.expected_at == expected_at and not why:
                return await outage_rows.whole(session, row)
            row.expected_at = expected_at
            entry = await self._expected(session, row, who, why)
            outage = await outage_rows.whole(session, row)
            if row.state == "announced":
                told: tuple[Notice, ...] = ()
                if tell:
                    told = await outage_closing.moved(
                        self._database, session, outage, entry, now, tell_by or self._tell_by
                    )
                await self._tell(session, "outage.expected", outage, who, why=why, told=len(told))
        return outage

    async def close(
        self, outage_id: int, who: str, ended_at: datetime | None = None, *, tell_by: NoticeChannel | None = None
    ) -> Closing:
        """It is over: with this one move every tied household is told once, by notices of this transaction, and the
        tickets tied to it are reported. Again: nothing more. `tell_by`: how those are told who have a
        number, else as the site's rules say.

        Raises NotFound, BadOutage (it ended before it began, or has yet to end), OutageOver (cancelled, or a draft).
        """
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
            return await self._end(session, row, ended_at, who, now, tell_by or self._tell_by)

    async def cancel(self, outage_id: int, who: str, why: str = "", *, tell_by: NoticeChannel | None = None) -> Closing:
        """It does not take place, or was no outage at all. Its tickets are untied and go their own way; the tied
        households are told once, as with `close`, and `told` says that it was cancelled. Again: nothing more.

        Raises NotFound, OutageOver (restored).
        """
        now = self._clock()
        async with self._database.writing() as session:
            row = await outage_rows.one(session, outage_id, lock=True)
            if row.state == "cancelled":
                return Closing(await outage_rows.whole(session, row))
            announced = (await self._mine(session, outage_id)).state == "announced"
            row.state, row.chain_at = "cancelled", None
            await outage_chain.drop(session, row.id, now)
            await session.flush()
            closing = Closing(await outage_rows.whole(session, row))
            if announced:
                closing = await outage_closing.cancel(
                    self._database, self._tickets, session, closing.outage, now, tell_by or self._tell_by
                )
                await self._tell(session, "outage.cancelled", closing.outage, who, why=why, told=len(closing.notices))
        return closing

    async def tick(self, now: datetime | None = None, *, tell_by: NoticeChannel | None = None) -> list[Outage]:
        """What came by itself until now: works that begin are told to programs, works that end by themselves are
        closed as of their expected end. Each once, however many nodes ask; to be asked every half minute or so. Those
        that began or ended now. Callers hear the right thing without it: `affecting` goes by the clock.
        """
        now = now or self._clock()
        begins = and_(OutageRow.begun.is_(False), OutageRow.starts_at <= now)
        ends = and_(OutageRow.ends_itself.is_(True), OutageRow.expected_at <= now)
        due = select(OutageRow.id).where(OutageRow.state == "announced", or_(begins, ends)).order_by(OutageRow.id)
        async with self._database.reading() as session:
            ids = list(await session.scalars(due))
        moved = []
        for outage_id in ids:
            async with self._database.writing() as session:
                # one for itself: two thousand households of the one do not hold up the other
                row = await session.scalar(
                    due.with_only_columns(OutageRow).where(OutageRow.id == outage_id).with_for_update()
                )
                if row is not None:
                    moved.append(await self._come(session, row, now, tell_by or self._tell_by))
        return moved

    async def _come(self, session: AsyncSession, row: OutageRow, now: datetime, tell_by: NoticeChannel) -> Outage:
        if not row.begun:
            row.begun = True
            await session.flush()
            await self._tell(session, "outage.started", await outage_rows.whole(session, row), KEZEK)
        if row.ends_itself and row.expected_at is not None and row.expected_at <= now:
            return (await self._end(session, row, row.expected_at, KEZEK, now, tell_by)).outage
        return await outage_rows.whole(session, row)

    async def _end(
        self,
        session: AsyncSession,
        row: OutageRow,
        ended_at: datetime,
        who: str,
        now: datetime,
        tell_by: NoticeChannel,
        *,
        why: str = "",
        areas: tuple[Area, ...] = (),
    ) -> Closing:
        row.state, row.ended_at, row.begun, row.chain_at = "restored", ended_at, True, None
        await outage_chain.drop(session, row.id, now)
        await session.flush()
        outage = await outage_rows.whole(session, row)
        what = outage_closing.End(outage, who, now, tell_by, why, areas)
        closing = await outage_closing.end(self._database, self._tickets, session, what)
        closing = replace(closing, outage=await outage_rows.whole(session, row))
        await self._tell(
            session, "outage.closed", closing.outage, who, told=len(closing.notices), tickets=closing.tickets
        )
        return closing
