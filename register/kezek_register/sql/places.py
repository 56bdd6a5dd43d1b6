"""Where a building is, in every respect that an area may name: street, territories, the networks that it hangs on."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from sqlalchemy import Connection, Row, Select, bindparam, func, select
from sqlalchemy.orm import aliased

from kezek_register.areas import Place
from kezek_register.houses import normalise_house
from kezek_register.sql.database import Database
from kezek_register.sql.place_tables import BuildingPartRow, NetworkPartRow, TerritoryRow
from kezek_register.sql.tables import BuildingRow, HouseholdRow, StreetRow
from kezek_register.types import NotFound


def ids_of(path: str | None) -> tuple[int, ...]:
    """'/1/4/9/' is 1, 4, 9."""
    return tuple(int(each) for each in (path or "").split("/") if each)


def parts_of(paths: Iterable[str]) -> tuple[int, ...]:
    """Of several trees at once, the roots first: what comes later lies deeper or just as deep (areas.rank)."""
    depths = {part: depth for path in paths for depth, part in enumerate(ids_of(path))}
    return tuple(sorted(depths, key=lambda part: (depths[part], part)))


class Places:
    """Its statements are made once: a call waits, and making their keys takes longer than the database does."""

    def __init__(self, database: Database) -> None:
        self._database = database
        whole = _buildings()
        self._by_id = whole.where(BuildingRow.id == bindparam("building_id"))
        self._by_house = whole.where(
            BuildingRow.street_id == bindparam("street_id"), BuildingRow.house == bindparam("house")
        )
        self._by_household = whole.join(HouseholdRow, HouseholdRow.building_id == BuildingRow.id).where(
            HouseholdRow.id == bindparam("household_id")
        )
        self._street = (
            select(StreetRow.id, TerritoryRow.path)
            .join(TerritoryRow, TerritoryRow.id == StreetRow.territory_id, isouter=True)
            .where(StreetRow.id == bindparam("street_id"))
        )
        self._parts = (
            select(NetworkPartRow.path)
            .join(BuildingPartRow, BuildingPartRow.part_id == NetworkPartRow.id)
            .where(BuildingPartRow.building_id == bindparam("building_id"))
        )

    async def place(self, building_id: int) -> Place:
        """Raises NotFound."""

        def asked(connection: Connection) -> Place:
            found = connection.execute(self._by_id, {"building_id": building_id}).first()
            if found is None:
                raise NotFound(f"no building {building_id}")
            return self._place(connection, found)

        return await self._database.look(asked)

    async def of_house(self, street_id: int, house: str) -> Place:
        """Of a house however its number is written. One that the register does not know lies where its street does and
        hangs on nothing that is known; its `house` is '' when it is no house number. Raises NotFound for the street."""
        number = normalise_house(house)

        def asked(connection: Connection) -> Place:
            if number:
                wanted = {"street_id": street_id, "house": number}
                if (found := connection.execute(self._by_house, wanted).first()) is not None:
                    return self._place(connection, found)
            street = connection.execute(self._street, {"street_id": street_id}).first()
            if street is None:
                raise NotFound(f"no street {street_id}")
            return Place(street_id, number, 0, ids_of(street[1]))

        return await self._database.look(asked)

    async def of_household(self, household_id: int) -> Place:
        """Raises NotFound."""

        def asked(connection: Connection) -> Place:
            found = connection.execute(self._by_household, {"household_id": household_id}).first()
            if found is None:
                raise NotFound(f"no household {household_id}")
            return self._place(connection, found)

        return await self._database.look(asked)

    def _place(self, connection: Connection, found: Row[int, int, str, str]) -> Place:
        building_id, street_id, house, path = found
        parts = connection.scalars(self._parts, {"building_id": building_id})
        return Place(street_id, house, building_id, ids_of(path), parts_of(parts))


@cache
def _buildings() -> Select[int, int, str, str]:
    """A building lies in its own territory when one is named, else in its street's."""
    own, of_street = aliased(TerritoryRow), aliased(TerritoryRow)
    return (
        select(BuildingRow.id, BuildingRow.street_id, BuildingRow.house, func.coalesce(own.path, of_street.path))
        .join(StreetRow, StreetRow.id == BuildingRow.street_id)
        .join(own, own.id == BuildingRow.territory_id, isouter=True)
        .join(of_street, of_street.id == StreetRow.territory_id, isouter=True)
    )
