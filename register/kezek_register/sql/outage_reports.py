"""An outage's report, put together from what was written while it lasted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.outage_report import NoticesTold, OutageReport, waited
from kezek_register.outage_types import Outage
from kezek_register.sql import outage_concerned, outage_rows
from kezek_register.sql.history_tables import CallRow
from kezek_register.sql.notice_tables import NoticeRow
from kezek_register.sql.outage_base import OutageBase
from kezek_register.sql.outage_tables import OutageRow, TieCallRow, TieRow
from kezek_register.sql.restoration_tables import FirstHelpRow
from kezek_register.sql.storm_tables import SuspicionRow
from kezek_register.sql.tables import TicketRow

INFORMED = "informed"  # queue's End: he heard it and needed no operator
MOST_WAITS = 200_000  # calls whose waits are looked at


class OutageReports(OutageBase):
    async def report(self, outage_id: int) -> OutageReport:
        """As it stands now; of an outage that goes on too. Raises NotFound."""
        now = self._clock()
        async with self._database.reading() as session:
            outage = await outage_rows.whole(session, await outage_rows.one(session, outage_id))
            closed = next((one for one in reversed(outage.restorations) if one.closes and not one.taken_back_at), None)
            until = closed.at if closed else outage.ended_at or now
            suspected = await session.execute(
                select(
                    func.min(SuspicionRow.first_at), func.min(SuspicionRow.opened_at), func.min(SuspicionRow.decided_at)
                ).where(SuspicionRow.outage_id == outage_id)
            )
            reported, opened, confirmed = suspected.one()
            confirmed_by = await session.scalar(
                select(SuspicionRow.decided_by)
                .where(SuspicionRow.outage_id == outage_id, SuspicionRow.decided_at.is_not(None))
                .order_by(SuspicionRow.decided_at)
                .limit(1)
            )
            calls = select(TieCallRow.call).where(TieCallRow.outage_id == outage_id)
            line = and_(CallRow.since >= outage.starts_at, CallRow.since <= until)
            heard = await _ends(session, CallRow.call.in_(calls))
            concerned = await outage_concerned.concerned(session, outage.areas)
            answers = await _counted(session, TieRow.restored, TieRow.outage_id == outage_id, TieRow.step > 0)
            taken_back = sum(one.still_out for one in outage.restorations)
            nested = select(OutageRow.id).where(OutageRow.parent_id == outage_id).order_by(OutageRow.id)
            done = select(func.count()).select_from(FirstHelpRow).where(FirstHelpRow.outage_id == outage_id)
            return OutageReport(
                outage=outage,
                until=until,
                first_report_at=min(filter(None, [reported, *await _asked(session, outage)]), default=None),
                suspected_at=opened,
                confirmed_at=confirmed,
                confirmed_by=confirmed_by or "",
                closed_at=closed.at if closed else None,
                closed_by=closed.who if closed else "",
                concerned=concerned,
                heard=heard,
                heard_waited=waited(await _waits(session, CallRow.call.in_(calls))),
                line=await _ends(session, line),
                line_waited=waited(await _waits(session, line)),
                saved=heard.get(INFORMED, 0),
                tickets=await _counted(session, TicketRow.state, TicketRow.outage_id == outage_id),
                notices=await _notices(session, outage_id),
                answers=answers,
                still_out=answers.get("no", 0) + taken_back,
                first_help=concerned.special_needs,
                first_help_done=await session.scalar(done) or 0,
                nested=tuple(await session.scalars(nested)),
            )


async def _asked(session: AsyncSession, outage: Outage) -> list[datetime]:
    """When the first household and the first ticket came."""
    first = await session.scalar(select(func.min(TieRow.at)).where(TieRow.outage_id == outage.id))
    ticket = await session.scalar(select(func.min(TicketRow.created_at)).where(TicketRow.outage_id == outage.id))
    return [at for at in (first, ticket) if at is not None]


async def _counted(session: AsyncSession, column: Any, *where: Any) -> dict[str, int]:
    found = await session.execute(select(column, func.count()).where(*where).group_by(column))
    return dict(found.all())


async def _ends(session: AsyncSession, *where: Any) -> dict[str, int]:
    return await _counted(session, CallRow.end, CallRow.kind == "call", CallRow.end != "", *where)


async def _waits(session: AsyncSession, *where: Any) -> list[float]:
    placed = select(CallRow.waited_s).where(CallRow.kind == "call", CallRow.placed_at.is_not(None), *where)
    return [float(each) for each in await session.scalars(placed.limit(MOST_WAITS))]


async def _notices(session: AsyncSession, outage_id: int) -> tuple[NoticesTold, ...]:
    of = (NoticeRow.what, NoticeRow.channel, NoticeRow.state, NoticeRow.result)
    wanted = select(*of, func.count()).where(NoticeRow.about == f"outage:{outage_id}").group_by(*of).order_by(*of)
    return tuple(NoticesTold(*row) for row in await session.execute(wanted))
