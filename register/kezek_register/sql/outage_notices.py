"""Outages as they are published: their names asked of SQL, the words put together by announcements.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import select

from kezek_register.announcements import Announcement, Names, announce, load
from kezek_register.areas import Area, Place
from kezek_register.outage_types import Outage
from kezek_register.sql.area_names import AreaNames
from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import OrganisationRow
from kezek_register.sql.tables import TopicRow


class OutageNotices:
    """`clock`: its zone is the town's."""

    def __init__(self, database: Database, places: AreaNames, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._places = places
        self._clock = clock
        self._book = load()

    async def of(
        self, outages: Sequence[Outage], language: str, place: Place | None, at: datetime | None
    ) -> list[Announcement]:
        here = _house(place)
        names = await self._named(outages, here)
        address = names.places.title(here, language) if here else ""
        now = self._clock()
        zone = now.tzinfo or UTC
        return [announce(one, language, at or now, zone, names, self._book, address) for one in outages]

    async def _named(self, outages: Sequence[Outage], here: Area | None) -> Names:
        areas = [area for outage in outages for area in outage.areas]
        places = await self._places.of([*areas, here] if here else areas)
        named = []
        async with self._database.reading() as session:
            for table, codes in (
                (TopicRow, {outage.topic for outage in outages}),
                (OrganisationRow, {outage.organisation for outage in outages}),
            ):
                found = select(table.code, table.names).where(table.code.in_(sorted(codes - {""})))
                named.append({code: dict(names) for code, names in await session.execute(found)})
        return Names(places, named[0], named[1])


def _house(place: Place | None) -> Area | None:
    """The reader's own house as an area, to be told in words."""
    if place is None or not place.street_id:
        return None
    return Area("houses", street_id=place.street_id, house_from=place.house, house_to=place.house)
