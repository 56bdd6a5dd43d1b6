"""Reports: what SQL holds of a period, counted (reports.py)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import cast

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import reports
from kezek_register.deadlines import deadline
from kezek_register.report_types import DailySummary, OutageLine, Overdue, Repeat, Report, ReportBy, ReportLine
from kezek_register.reports import Counted
from kezek_register.sql import values
from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import EmergencyRow, OrganisationRow
from kezek_register.sql.history_tables import CallRow
from kezek_register.sql.outage_tables import OutageRow, TieRow
from kezek_register.sql.place_tables import TerritoryRow
from kezek_register.sql.tables import TicketRow
from kezek_register.sql.work_tables import TicketMoveRow
from kezek_register.ticket_types import OPEN, Move, State, TicketMove
from kezek_register.types import RegisterError, Ticket
from kezek_register.worktime import WorkCalendar

REAL = or_(TicketRow.confirmed, TicketRow.channel != "call")  # not a call's draft that no operator has confirmed
LARGEST = 200_000  # tickets of one report: it is counted in memory
TOP = 15
DISTRICT = ("district", "community", "city")  # a house is reported under the nearest of these above it


class TooWide(RegisterError):
    """More tickets than one report can count: a shorter period is asked for."""

    code = "too_wide"


class Reports:
    def __init__(self, database: Database, clock: Callable[[], datetime], calendar: WorkCalendar) -> None:
        self._database = database
        self._clock = clock
        self._calendar = calendar

    async def report(self, by: ReportBy, since: datetime, until: datetime) -> Report:
        """Of the tickets registered within [since, until), calls' drafts left out. Raises TooWide."""
        async with self._database.reading() as session:
            counted = await self._counted(session, since, until)
            key = await _keys(session, by, self._calendar.zone)
        return Report(by, since, until, reports.lines(by, counted, key), reports.line("", counted))

    async def repeats(self, since: datetime, until: datetime, at_least: int = 2, limit: int = 200) -> list[Repeat]:
        """Addresses that asked about one topic at least so often within [since, until), the most often first."""
        place = (TicketRow.street_id, TicketRow.house, TicketRow.flat, TicketRow.topic)
        within = and_(
            TicketRow.created_at >= since,
            TicketRow.created_at < until,
            REAL,
            TicketRow.street_id.is_not(None),
            TicketRow.house != "",
            TicketRow.topic != "",
        )
        often = (
            select(*place, func.count().label("times"))
            .where(within)
            .group_by(*place)
            .having(func.count() >= max(2, at_least))
            .order_by(func.count().desc(), *place)
            .limit(limit)
            .subquery()
        )
        same = and_(*(column == often.c[column.key] for column in place))
        wanted = (
            select(*place, TicketRow.number, TicketRow.created_at, TicketRow.state)
            .join(often, same)
            .where(within)
            .order_by(often.c.times.desc(), *place, TicketRow.created_at)
        )
        groups: dict[tuple[int | None, str, str, str], list[tuple[str, datetime, str]]] = defaultdict(list)
        async with self._database.reading() as session:
            for street_id, house, flat, topic, number, at, state in await session.execute(wanted):
                groups[street_id, house, flat, topic].append((number, at, state))
        return [
            Repeat(
                *group,
                numbers=tuple(number for number, _, _ in found),
                last_at=max(at for _, at, _ in found),
                open=sum(state in OPEN for _, _, state in found),
            )
            for group, found in groups.items()
        ]

    async def daily(self, day: date) -> DailySummary:
        """Of the calendar's day in its zone. Raises TooWide."""
        zone = self._calendar.zone
        since = datetime.combine(day, time(), zone)
        until = datetime.combine(day + timedelta(days=1), time(), zone)
        async with self._database.reading() as session:
            counted = await self._counted(session, since, until)

            async def lines(by: ReportBy) -> tuple[ReportLine, ...]:
                return reports.lines(by, counted, await _keys(session, by, zone))[:TOP]

            ends, waited_s = await _calls(session, since, until)
            return DailySummary(
                day=day,
                total=reports.line("", counted),
                kinds=await lines("kind"),
                topics=await lines("topic"),
                organisations=await lines("organisation"),
                overdue=await _overdue(session, min(until, self._clock())),
                outages=await _outages(session, since, until),
                emergencies=await session.scalar(
                    select(func.count())
                    .select_from(EmergencyRow)
                    .where(EmergencyRow.handed_at >= since, EmergencyRow.handed_at < until)
                )
                or 0,
                calls=ends,
                waited_s=waited_s,
            )

    async def _counted(self, session: AsyncSession, since: datetime, until: datetime) -> Sequence[Counted]:
        within = (TicketRow.created_at >= since, TicketRow.created_at < until, REAL)
        number = await session.scalar(select(func.count()).select_from(TicketRow).where(*within)) or 0
        if number > LARGEST:
            raise TooWide(f"{number:,} tickets in this period, at most {LARGEST:,} are counted at once")
        moves: dict[int, list[TicketMove]] = defaultdict(list)
        moved = select(TicketMoveRow).join(TicketRow, TicketMoveRow.ticket_id == TicketRow.id).where(*within)
        for row in await session.scalars(moved.order_by(TicketMoveRow.id)):
            states = cast("State", row.before), cast("State", row.after)
            moves[row.ticket_id].append(TicketMove(row.at, row.who, cast("Move", row.move), *states))
        now, found = self._clock(), []
        for each in await session.scalars(select(TicketRow).where(*within)):
            ticket, mine = values.ticket(each), moves[each.id]
            reopened = any(move.move == "reopen" for move in mine)
            found.append(Counted(ticket, deadline(ticket, mine, now, self._calendar), reopened))
        return found


async def _keys(session: AsyncSession, by: ReportBy, zone: tzinfo) -> Callable[[Ticket], str]:
    codes = dict((await session.execute(select(OrganisationRow.id, OrganisationRow.code))).all())
    trees = {row.id: row for row in await session.scalars(select(TerritoryRow))}

    def area(territory_id: int | None) -> str:
        row = trees.get(territory_id) if territory_id is not None else None
        above = [trees[int(step)] for step in row.path.strip("/").split("/") if int(step) in trees] if row else []
        named = [each for each in above if each.kind in DISTRICT] or above
        return named[-1].code if named else ""

    return reports.key_of(by, zone, lambda key: codes.get(key, "") if key is not None else "", area)


async def _overdue(session: AsyncSession, now: datetime) -> tuple[Overdue, ...]:
    late = select(TicketRow).where(TicketRow.due_at < now, TicketRow.state.in_(OPEN), REAL)
    return tuple(
        Overdue(
            row.number,
            row.topic,
            row.organisation_id,
            row.street_id,
            row.house,
            row.due_at,
            round((now - row.due_at).total_seconds() / 3600, 1),
        )
        for row in await session.scalars(late.order_by(TicketRow.due_at).limit(100))
        if row.due_at is not None
    )


async def _outages(session: AsyncSession, since: datetime, until: datetime) -> tuple[OutageLine, ...]:
    tied = select(func.count()).where(TieRow.outage_id == OutageRow.id).scalar_subquery()
    on = (
        OutageRow.state.in_(("announced", "restored")),
        OutageRow.starts_at < until,
        or_(OutageRow.ended_at.is_(None), OutageRow.ended_at >= since),
    )
    found = await session.execute(select(OutageRow, tied).where(*on).order_by(OutageRow.starts_at))
    return tuple(
        OutageLine(row.id, row.topic, row.level, row.starts_at, row.expected_at, row.ended_at, households)
        for row, households in found
    )


async def _calls(session: AsyncSession, since: datetime, until: datetime) -> tuple[dict[str, int], float | None]:
    within = (CallRow.since >= since, CallRow.since < until, CallRow.kind == "call", CallRow.end != "")
    ends = await session.execute(select(CallRow.end, func.count()).where(*within).group_by(CallRow.end))
    waited = await session.scalar(select(func.avg(CallRow.waited_s)).where(*within, CallRow.end == "answered"))
    return dict(ends.all()), round(float(waited), 1) if waited is not None else None
