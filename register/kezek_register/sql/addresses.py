"""Streets and buildings: read, searched, counted. A town's streets are kept in memory until an import changes them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from kezek_register.houses import house_key, normalise_house, same_number
from kezek_register.place_types import AddressHit
from kezek_register.progress import Told, untold
from kezek_register.search import StreetIndex
from kezek_register.sql import address_imports, building_imports, household_imports, values
from kezek_register.sql.address_search import AddressSearch
from kezek_register.sql.database import Database
from kezek_register.sql.revisions import STREETS, revision
from kezek_register.sql.tables import BuildingRow, HouseholdRow, StreetRow
from kezek_register.types import Building, ImportReport, NotFound, Street

_ALIKE = 500  # houses that begin with the same digits: read at most so many


class Addresses:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._loading = asyncio.Lock()
        self._index = StreetIndex(())
        self._revision = -1
        self._search = AddressSearch(database, self._of)

    async def import_streets(self, csv_path: Path, told: Told = untold) -> ImportReport:
        """Columns: code, kind, kk, ru, uk, en, ko, other, territory. Raises BadFile. Repeatable."""
        return await address_imports.streets(self._database, csv_path, told)

    async def import_buildings(self, csv_path: Path, told: Told = untold) -> ImportReport:
        """Columns: street (code, or a name that only one street has), house, entrances, flats, territory, people,
        lifts, special_needs, lon, lat, networks (codes with '|' between); or GeoJSON. Raises BadFile."""
        return await building_imports.buildings(self._database, csv_path, told)

    async def import_households(self, csv_path: Path, told: Told = untold) -> ImportReport:
        """Columns: street, house, flat, person, language, phones (with '|' between). Raises BadFile.

        A language that the household chose on the telephone stays when the file's cell is empty.
        """
        return await household_imports.households(self._database, csv_path, told)

    async def streets(self) -> list[Street]:
        """All of them, in the order of their ids."""
        return list((await self._fresh()).streets)

    async def street(self, street_id: int) -> Street:
        """Raises NotFound."""
        street = (await self._fresh()).by_id.get(street_id)
        if street is None:
            raise NotFound(f"no street {street_id}")
        return street

    async def search(self, text: str, language: str, limit: int = 10) -> list[tuple[Street, float]]:
        """Streets by what was typed: beginnings, typos, names in any language, old names; best first, score 0..1."""
        return (await self._fresh()).search(text, language, limit)

    async def find(self, text: str, language: str, limit: int = 5) -> list[AddressHit]:
        """Addresses as a dispatcher types them, the best first: with typos and parts of words, the house before or
        behind the street, in the wrong keyboard layout, in Cyrillic or Latin, with a territory and a flat beside it."""
        return await self._search.find(text, language, limit)

    async def building(self, street_id: int, house: str) -> Building | None:
        """The building with this number, however it is written; None when there is none."""
        number = normalise_house(house)
        if not number:
            return None
        wanted = select(BuildingRow).where(BuildingRow.street_id == street_id, BuildingRow.house == number)
        async with self._database.reading() as session:
            row = await session.scalar(wanted)
        return values.building(row) if row else None

    async def near(self, streets: Sequence[int], house: str, limit: int = 3) -> list[Building]:
        """The buildings with this number in any of these streets, in the streets' order; then at most `limit` of the
        first street whose number differs by a letter, a fraction or a block only: '45а', '45/1' for '45'."""
        number = normalise_house(house)
        if not number or not streets:
            return []
        digits = re.split(r"\D", number, maxsplit=1)[0]
        alike = and_(BuildingRow.street_id == streets[0], BuildingRow.house.startswith(digits, autoescape=True))
        same = and_(BuildingRow.street_id.in_(streets), BuildingRow.house == number)
        async with self._database.reading() as session:
            rows = await session.scalars(select(BuildingRow).where(or_(same, alike)).limit(_ALIKE))
            found = [values.building(row) for row in rows]
        exact = sorted((each for each in found if each.house == number), key=lambda each: streets.index(each.street_id))
        others = [each for each in found if each.house != number and same_number(each.house, number)]
        return [*exact, *sorted(others, key=lambda each: house_key(each.house))[:limit]]

    async def houses(self, street_id: int) -> list[str]:
        """The street's house numbers as a person would sort them."""
        async with self._database.reading() as session:
            found = await session.scalars(select(BuildingRow.house).where(BuildingRow.street_id == street_id))
            return sorted(found, key=house_key)

    async def counts(self) -> dict[str, int]:
        """How many streets, buildings and households there are."""
        tables = {"streets": StreetRow, "buildings": BuildingRow, "households": HouseholdRow}
        async with self._database.reading() as session:
            return {
                name: await session.scalar(select(func.count()).select_from(table)) or 0
                for name, table in tables.items()
            }

    async def _fresh(self) -> StreetIndex:
        async with self._database.reading() as session:
            return await self._of(session)

    async def _of(self, session: AsyncSession) -> StreetIndex:
        if await revision(session, STREETS) <= self._revision:
            return self._index
        async with self._loading:
            now = await revision(session, STREETS)
            if now > self._revision:
                found = select(StreetRow).options(selectinload(StreetRow.names)).order_by(StreetRow.id)
                streets = [values.street(row) for row in await session.scalars(found)]
                self._index = await asyncio.to_thread(StreetIndex, streets)
                self._revision = now
            return self._index
