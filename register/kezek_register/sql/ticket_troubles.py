"""What a ticket says to the detection of mass outages, and the outage that it joins: in the transaction that writes the
ticket, so that neither is lost nor told of what is not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.areas import Place
from kezek_register.detection.types import ReportSource
from kezek_register.outage_types import Outage, OutageOver
from kezek_register.sql import events, outage_rows, trouble_reports
from kezek_register.sql.database import Database
from kezek_register.sql.tables import TicketRow
from kezek_register.sql.usual_counts import KINDS
from kezek_register.trouble_types import Trouble
from kezek_register.types import NotFound

_DOUBTFUL = 0.3  # what is known of it, where nobody says how sure it is
_PLACE = ("street", "house")
_BY_STAFF = ("call", "manual", "executor")
Affecting = Callable[[Place], Awaitable[Sequence[Outage]]]


async def report(database: Database, session: AsyncSession, row: TicketRow, now: datetime) -> None:
    """Again it is the same report, mended; one that reports no trouble any more takes it back."""
    key = f"call:{row.call}" if row.call else f"ticket:{row.number}"
    where = row.building_id or row.street_id
    if row.kind not in KINDS or not row.topic or not where or row.state in ("closed", "refused"):
        await trouble_reports.withdraw(session, key, now)
        return
    known = [float(row.confidence[name]) for name in _PLACE if name in row.confidence]
    told = Trouble(
        key=key,
        at=row.created_at,
        source=_source(row),
        topic=row.topic,
        street_id=row.street_id,
        house=row.house,
        building_id=row.building_id,
        flat=row.flat,
        household_id=row.household_id,
        phone=row.caller,
        sure=1.0 if row.confirmed else min(known, default=_DOUBTFUL),
        call=row.call or "",
    )
    await trouble_reports.write(database, session, told, now)


async def join(session: AsyncSession, row: TicketRow, outages: Sequence[Outage], now: datetime) -> bool:
    """To the first of those that goes on still: its household is told when that is over. `outages`: of its matter, at
    its place. Whether it did."""
    for outage in outages:
        try:
            await outage_rows.announced(session, outage.id)
        except (OutageOver, NotFound):
            continue
        row.outage_id = outage.id
        await session.flush()
        await events.write(session, "ticket.tie", {"number": row.number, "outage": outage.id}, now)
        return True
    return False


def _source(row: TicketRow) -> ReportSource:
    if row.call and not row.confirmed:
        return "call"
    return "operator" if row.channel in _BY_STAFF else "message"
