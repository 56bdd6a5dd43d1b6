"""Which household a tie means, when the register knows: looked up for one or for thousands at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.houses import normalise_flat
from kezek_register.outage_types import Tie
from kezek_register.phones import e164
from kezek_register.sql.tables import HouseholdRow, PhoneRow
from kezek_register.tellings import party

_CHUNK = 500  # values of one IN
T = TypeVar("T")
Home = tuple[int, int, str]  # household, building, flat


async def known(session: AsyncSession, asked: Sequence[Tie]) -> list[Tie]:
    """With household, building, flat and party, numbers in one spelling. A household that is named stands; else the one
    of the flat; else the caller's own, unless another building or flat is named: who calls about his mother's flat is
    tied for that one. A household that is not there leaves the party empty."""
    plain = [replace(tie, flat=normalise_flat(tie.flat), phone=e164(tie.phone) or "") for tie in asked]
    of_phone = {
        phone: home async for phone, *home in _phones(session, {tie.phone for tie in plain if not tie.household_id})
    }
    by_id: dict[int, Home] = {}
    by_flat: dict[tuple[int, str], Home] = {}
    for some in _chunks({tie.household_id for tie in plain} - {None}):
        by_id |= {home[0]: home async for home in _homes(session, HouseholdRow.id.in_(some))}
    flats = {tie.flat for tie in plain if tie.building_id}
    for some in _chunks({tie.building_id for tie in plain if not tie.household_id} - {None}):
        there = HouseholdRow.building_id.in_(some), HouseholdRow.flat.in_(flats)
        by_flat |= {(building, flat): (id, building, flat) async for id, building, flat in _homes(session, *there)}
    found = []
    for tie in plain:
        own = of_phone.get(tie.phone)
        if tie.household_id:
            home = by_id.get(tie.household_id)
        else:
            home = by_flat.get((tie.building_id or 0, tie.flat))
            if home is None and own and tie.building_id in (None, own[1]) and tie.flat in ("", own[2]):
                home = (own[0], own[1], own[2])
        found.append(_named(tie, home))
    return found


def _named(tie: Tie, home: Home | None) -> Tie:
    if home is None:
        key = "" if tie.household_id else party(None, tie.building_id, tie.flat, tie.phone)
        return replace(tie, party=key)
    household, building, flat = home
    return replace(
        tie, party=party(household, building, flat, ""), household_id=household, building_id=building, flat=flat
    )


async def _phones(session: AsyncSession, phones: Iterable[str]) -> Any:
    for some in _chunks({phone for phone in phones if phone}):
        wanted = select(PhoneRow.phone, HouseholdRow.id, HouseholdRow.building_id, HouseholdRow.flat)
        wanted = wanted.join(HouseholdRow, HouseholdRow.id == PhoneRow.household_id)
        for row in await session.execute(wanted.where(PhoneRow.phone.in_(some))):
            yield row


async def _homes(session: AsyncSession, *where: ColumnElement[bool]) -> Any:
    wanted = select(HouseholdRow.id, HouseholdRow.building_id, HouseholdRow.flat).where(*where)
    for row in await session.execute(wanted):
        yield tuple(row)


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    whole = list(values)
    for begin in range(0, len(whole), _CHUNK):
        yield whole[begin : begin + _CHUNK]
