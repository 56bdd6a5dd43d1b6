"""Life safety first: the buildings of an outage where somebody needs help, each ticked when it was seen to."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import delete, or_, select

from kezek_register.outage_types import FirstHelp
from kezek_register.sql import outage_rows
from kezek_register.sql.outage_base import OutageBase
from kezek_register.sql.outage_concerned import inside
from kezek_register.sql.restoration_tables import FirstHelpRow
from kezek_register.sql.tables import BuildingRow, StreetRow
from kezek_register.types import NotFound


class OutageFirstHelp(OutageBase):
    async def life_safety(self, outage_id: int, *, lifts: bool = False, limit: int = 200) -> list[FirstHelp]:
        """Where in its area somebody needs help first: a medical device at home, a hospital; with `lifts` houses with
        lifts behind them. What is not seen to yet comes first. Raises NotFound."""
        async with self._database.reading() as session:
            outage = await outage_rows.whole(session, await outage_rows.one(session, outage_id))
            wanted = select(
                BuildingRow.id, BuildingRow.street_id, BuildingRow.house, BuildingRow.special_needs, BuildingRow.lifts,
                FirstHelpRow.done_at, FirstHelpRow.done_by, FirstHelpRow.note,
            )  # fmt: skip
            wanted = wanted.join(StreetRow, StreetRow.id == BuildingRow.street_id)
            mine = (FirstHelpRow.building_id == BuildingRow.id) & (FirstHelpRow.outage_id == outage_id)
            wanted = wanted.outerjoin(FirstHelpRow, mine)
            needs = [BuildingRow.special_needs != "", FirstHelpRow.done_at.is_not(None)]
            needs += [BuildingRow.lifts > 0] if lifts else []
            wanted = wanted.where(await inside(session, outage.areas), or_(*needs)).order_by(
                FirstHelpRow.done_at.is_not(None), (BuildingRow.special_needs != "").desc(), BuildingRow.street_id,
                BuildingRow.id,
            )  # fmt: skip
            found = await session.execute(wanted.limit(limit))
            return [FirstHelp(*row[:4], row[4] or 0, row[5], row[6] or "", row[7] or "") for row in found]

    async def seen_to(
        self, outage_id: int, building_id: int, who: str, note: str = "", *, done: bool = True
    ) -> FirstHelp:
        """Somebody saw to them, or, with `done` False, nobody has after all. The first word stands: again changes only
        a note that is given. Raises NotFound (no such building in its area)."""
        now = self._clock()
        async with self._database.writing() as session:
            outage = await outage_rows.whole(session, await outage_rows.one(session, outage_id))
            wanted = select(
                BuildingRow.id, BuildingRow.street_id, BuildingRow.house, BuildingRow.special_needs, BuildingRow.lifts
            ).join(StreetRow, StreetRow.id == BuildingRow.street_id)
            wanted = wanted.where(BuildingRow.id == building_id, await inside(session, outage.areas))
            found = (await session.execute(wanted)).one_or_none()
            if found is None:
                raise NotFound(f"no building {building_id} in outage {outage_id}")
            building = FirstHelp(*found[:4], found[4] or 0)
            mine = (FirstHelpRow.outage_id == outage_id, FirstHelpRow.building_id == building_id)
            if not done:
                await session.execute(delete(FirstHelpRow).where(*mine))
                return building
            row = {"outage_id": outage_id, "building_id": building_id, "done_at": now, "done_by": who, "note": note}
            once = self._database.insert(FirstHelpRow).values(row)
            keys = ["outage_id", "building_id"]
            again = once.on_conflict_do_update(index_elements=keys, set_={"note": note}) if note else None
            await session.execute(again if again is not None else once.on_conflict_do_nothing(index_elements=keys))
            said = (await session.scalars(select(FirstHelpRow).where(*mine))).one()
            return replace(building, done_at=said.done_at, done_by=said.done_by, note=said.note)
