"""Who of an outage's households needs help first: told first when it is over."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.outage_types import Tie
from kezek_register.sql.storm_tables import AdditionRow
from kezek_register.sql.tables import BuildingRow

SPECIAL = 1  # a building with somebody who needs help first: a medical device at home, a hospital
SAID = 2  # they said so themselves: a patient at home, a lift, a wire on the ground
_CHUNK = 500  # values of one IN


async def of(session: AsyncSession, outage_id: int, ties: Sequence[Tie]) -> dict[str, int]:
    """By party; who is not there needs no help first."""
    homes = sorted({tie.building_id for tie in ties if tie.building_id})
    special: set[int] = set()
    for begin in range(0, len(homes), _CHUNK):
        some = BuildingRow.id.in_(homes[begin : begin + _CHUNK])
        special |= set(await session.scalars(select(BuildingRow.id).where(some, BuildingRow.special_needs != "")))
    found = {tie.party: SPECIAL for tie in ties if tie.building_id in special}
    said = await _said(session, outage_id)
    return found | {tie.party: SAID for tie in ties if _marks(tie) & said}


async def _said(session: AsyncSession, outage_id: int) -> set[tuple[str, object]]:
    there = and_(BuildingRow.street_id == AdditionRow.street_id, BuildingRow.house == AdditionRow.house)
    wanted = select(AdditionRow.call, AdditionRow.ticket, BuildingRow.id, AdditionRow.flat)
    wanted = wanted.outerjoin(BuildingRow, there).where(AdditionRow.outage_id == outage_id)
    wanted = wanted.where(AdditionRow.code != "other")
    marks: set[tuple[str, object]] = set()
    for call, ticket, building, flat in await session.execute(wanted):
        marks |= {("call", call), ("ticket", ticket)}
        marks |= {("home", (building, flat))} if building else set()
    return marks - {("call", ""), ("ticket", "")}


def _marks(tie: Tie) -> set[tuple[str, object]]:
    return {("call", tie.call), ("ticket", tie.ticket), ("home", (tie.building_id, tie.flat))}
