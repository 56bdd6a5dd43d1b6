"""Parts of an outage's area: whether one lies in it, whether anything is left, which of its households live there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.areas import Area, swallows
from kezek_register.sql.outage_concerned import inside
from kezek_register.sql.outage_tables import TieRow
from kezek_register.sql.tables import BuildingRow, StreetRow, TicketRow


async def meets(session: AsyncSession, area: Area, areas: Sequence[Area]) -> bool:
    """Whether the area has a house in common with one of these."""
    if any(swallows(one, area) or swallows(area, one) for one in areas):
        return True
    both = _buildings().where(await inside(session, [area]), await inside(session, areas))
    return await session.scalar(both.limit(1)) is not None


async def within(session: AsyncSession, area: Area, areas: Sequence[Area]) -> bool:
    """Whether all of the area lies in these, as far as the register knows its houses."""
    if any(swallows(one, area) for one in areas):
        return True
    if not areas:
        return False
    here = await inside(session, [area])
    outside = _buildings().where(here, not_(await inside(session, areas)))
    if await session.scalar(outside.limit(1)) is not None:
        return False
    return await session.scalar(_buildings().where(here).limit(1)) is not None


async def nothing_left(session: AsyncSession, whole: Sequence[Area], restored: Sequence[Area]) -> bool:
    for area in whole:
        if not await within(session, area, restored):
            return False
    return True


async def homes_in(session: AsyncSession, outage_id: int, areas: Sequence[Area]) -> frozenset[int]:
    """The buildings in these areas of which somebody is tied to the outage or has a ticket of it."""
    tied = select(TieRow.building_id).where(TieRow.outage_id == outage_id, TieRow.building_id.is_not(None))
    asked = select(TicketRow.building_id).where(TicketRow.outage_id == outage_id, TicketRow.building_id.is_not(None))
    concerned = or_(BuildingRow.id.in_(tied), BuildingRow.id.in_(asked))
    return frozenset(await session.scalars(_buildings().where(concerned, await inside(session, areas))))


async def lies_in(session: AsyncSession, building_id: int, areas: Sequence[Area]) -> bool:
    wanted = select(func.count()).select_from(BuildingRow).join(StreetRow, StreetRow.id == BuildingRow.street_id)
    wanted = wanted.where(BuildingRow.id == building_id, await inside(session, areas))
    return bool(await session.scalar(wanted))


def _buildings() -> Any:
    return select(BuildingRow.id).join(StreetRow, StreetRow.id == BuildingRow.street_id)
