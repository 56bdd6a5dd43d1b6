"""How many reports are usual: counted day by day, kept for a year, begun with the tickets of the year before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Select, and_, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.sql.database import Database
from kezek_register.sql.place_tables import TerritoryRow
from kezek_register.sql.places import ids_of
from kezek_register.sql.storm_tables import SuspicionRow, TroubleReportRow, UsualCountRow
from kezek_register.sql.tables import BuildingRow, StreetRow, TicketRow
from kezek_register.trouble_types import Counts

ALL_HOURS = -1
TOWN = 0
KINDS = ("incident", "complaint")  # of tickets that report trouble
_DAYS = (0, "", TOWN, ALL_HOURS)
_BATCH = 20_000
Seen = tuple[datetime, str, tuple[int, ...]]  # when, the topic it counts as, territories


class UsualCounts:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self) -> Counts:
        """Of all months that are kept."""
        days, by_hour, by_territory = 0, Counter[tuple[str, int]](), Counter[tuple[str, int]]()
        wanted = select(
            UsualCountRow.topic, UsualCountRow.territory_id, UsualCountRow.hour, func.sum(UsualCountRow.number)
        )
        wanted = wanted.group_by(UsualCountRow.topic, UsualCountRow.territory_id, UsualCountRow.hour)
        async with self._database.reading_at_length() as session:
            for topic, territory, hour, number in await session.execute(wanted):
                if not topic:
                    days += int(number)
                elif territory == TOWN:
                    by_hour[topic, hour] += int(number)
                else:
                    by_territory[topic, territory] += int(number)
        return Counts(days, dict(by_hour), dict(by_territory))

    async def count_day(self, day: date, zone: tzinfo, counted_as: Mapping[str, str]) -> int:
        """One whole day of reports, by the town's clock; those of suspicions that were outages are no usual ones. How
        many there were. To be said once for each day: a second time it counts again."""
        begin = datetime(day.year, day.month, day.day, tzinfo=zone)
        end = begin + timedelta(days=1)
        outages = select(SuspicionRow.id).where(SuspicionRow.state == "confirmed")
        usual = or_(TroubleReportRow.suspicion_id.is_(None), TroubleReportRow.suspicion_id.not_in(outages))
        path = func.coalesce(_of_building(TroubleReportRow.building_id), _of_street(TroubleReportRow.street_id))
        wanted = select(TroubleReportRow.at, TroubleReportRow.topic, path).where(
            TroubleReportRow.at >= begin, TroubleReportRow.at < end, TroubleReportRow.says == "out",
            TroubleReportRow.source != "sensor", TroubleReportRow.topic.in_(list(counted_as)), usual,
        )  # fmt: skip
        async with self._database.reading_at_length() as session:
            found = [(at, counted_as[topic], ids_of(where)) for at, topic, where in await session.execute(wanted)]
        await self._write(_tallied(found, zone), {_month(begin): 1})
        return len(found)

    async def begin_with_tickets(
        self, since: datetime, until: datetime, zone: tzinfo, counted_as: Mapping[str, str]
    ) -> int:
        """The year before the first day that is counted, by its tickets, but for those of outages."""
        path = func.coalesce(_of_building(TicketRow.building_id), _of_street(TicketRow.street_id))
        wanted = select(TicketRow.id, TicketRow.created_at, TicketRow.topic, path).where(
            TicketRow.created_at >= since, TicketRow.created_at < until, TicketRow.outage_id.is_(None),
            TicketRow.kind.in_(KINDS), TicketRow.topic.in_(list(counted_as)),
        ).order_by(TicketRow.created_at, TicketRow.id)  # fmt: skip
        tally, first, number = Counter[tuple[int, str, int, int]](), until, 0
        async with self._database.reading_at_length() as session:
            async for batch in _batches(session, wanted):
                seen = [(at, counted_as[topic], ids_of(where)) for _, at, topic, where in batch]
                first, number = min(first, seen[0][0]), number + len(seen)
                tally += _tallied(seen, zone)
        days = Counter[int]()
        day = first.astimezone(zone)
        while day < until:
            days[_month(day)] += 1
            day += timedelta(days=1)
        await self._write(tally, days)
        return number

    async def forget(self, before: date) -> None:
        """Months that ended before then."""
        async with self._database.writing() as session:
            old = UsualCountRow.month < before.year * 100 + before.month
            await session.execute(delete(UsualCountRow).where(old))

    async def _write(self, tally: Mapping[tuple[int, str, int, int], int], days: Mapping[int, int]) -> None:
        rows = [(*key, number) for key, number in tally.items()]
        rows += [(month, *_DAYS[1:], number) for month, number in days.items()]
        names = ("month", "topic", "territory_id", "hour", "number")
        made = self._database.insert(UsualCountRow)
        more = made.on_conflict_do_update(
            index_elements=list(names[:4]), set_={"number": UsualCountRow.number + made.excluded.number}
        )
        async with self._database.importing() as session:
            for begin in range(0, len(rows), 1000):
                values = [dict(zip(names, row, strict=True)) for row in rows[begin : begin + 1000]]
                await session.execute(more, values)


def _tallied(seen: Iterable[Seen], zone: tzinfo) -> Counter[tuple[int, str, int, int]]:
    tally = Counter[tuple[int, str, int, int]]()
    for at, topic, territories in seen:
        local = at.astimezone(zone)
        month = _month(local)
        tally[month, topic, TOWN, local.weekday() * 24 + local.hour] += 1
        for territory in territories:
            tally[month, topic, territory, ALL_HOURS] += 1
    return tally


def _month(at: datetime) -> int:
    return at.year * 100 + at.month


def _of_street(street_id: Any) -> Any:
    path = select(TerritoryRow.path).join(StreetRow, StreetRow.territory_id == TerritoryRow.id)
    return path.where(StreetRow.id == street_id).scalar_subquery()


def _of_building(building_id: Any) -> Any:
    path = select(TerritoryRow.path).join(BuildingRow, BuildingRow.territory_id == TerritoryRow.id)
    return path.where(BuildingRow.id == building_id).scalar_subquery()


async def _batches(session: AsyncSession, wanted: Select[Any]) -> Any:
    """In the order of created_at and id, so many rows at a time."""
    last: tuple[datetime, int] | None = None
    while True:
        later = wanted
        if last is not None:
            same = and_(TicketRow.created_at == last[0], TicketRow.id > last[1])
            later = wanted.where(or_(TicketRow.created_at > last[0], same))
        rows = (await session.execute(later.limit(_BATCH))).all()
        if not rows:
            return
        yield rows
        last = (rows[-1][1], rows[-1][0])
