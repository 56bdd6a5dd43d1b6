"""Who of an outage's households needs help first: told first when it is over, and looked after while it lasts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.outage_types import Tie
from kezek_register.sql.tables import BuildingRow

SPECIAL = 1  # a building with somebody who needs help first: a medical device at home, a hospital
_CHUNK = 500  # values of one IN


async def of(session: AsyncSession, outage_id: int, ties: Sequence[Tie]) -> dict[str, int]:
    """By party; who is not there needs no help first."""
    homes = sorted({tie.building_id for tie in ties if tie.building_id})
    special: set[int] = set()
    for begin in range(0, len(homes), _CHUNK):
        some = BuildingRow.id.in_(homes[begin : begin + _CHUNK])
        special |= set(await session.scalars(select(BuildingRow.id).where(some, BuildingRow.special_needs != "")))
    return {tie.party: SPECIAL for tie in ties if tie.building_id in special}
