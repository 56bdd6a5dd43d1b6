"""What is left of an outage whose end was announced: gathered from 'it is still out', and opened as one of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from kezek_register.areas import Area, Place
from kezek_register.outage_rules import named
from kezek_register.outage_types import BadOutage, Outage, OutageOver, Tie
from kezek_register.sql import outage_parts, outage_rows
from kezek_register.sql.database import Database
from kezek_register.sql.notice_tables import NoticeRow
from kezek_register.sql.outage_base import OutageBase
from kezek_register.sql.outage_tables import OutageRow, TieRow
from kezek_register.sql.place_tables import BuildingPartRow, NetworkPartRow, TerritoryRow
from kezek_register.sql.places import ids_of, parts_of
from kezek_register.sql.tables import BuildingRow, StreetRow, TicketRow
from kezek_register.sql.withdrawn import withdraw
from kezek_register.still_out import Said, StillOut, gathered

_CHUNK = 500  # values of one IN


class OutageRemains(OutageBase):
    async def still_out(self, outage_id: int) -> StillOut:
        """What the households that were told say, but for those of whom a nested outage knows. Raises NotFound."""
        async with self._database.reading() as session:
            await outage_rows.one(session, outage_id)
            return await _gathered(session, outage_id)

    async def with_still_out(self, within: timedelta) -> list[int]:
        """Outages that go on or ended lately, of which somebody says after an end that it is out still."""
        since = self._clock() - within
        said = select(TieRow.outage_id).where(TieRow.step > 0, TieRow.restored == "no")
        lately = or_(OutageRow.state == "announced", (OutageRow.state == "restored") & (OutageRow.ended_at >= since))
        wanted = select(OutageRow.id).where(OutageRow.id.in_(said), lately)
        async with self._database.reading() as session:
            return list(await session.scalars(wanted.order_by(OutageRow.id)))

    async def reopen_part(self, outage_id: int, areas: Sequence[Area], who: str, why: str = "") -> Outage:
        """What is left in these areas is an outage of its own, `parent` names the one it is left of. Households from
        there that say 'no', and those that are still to be asked, are tied to it and told when that one ends; their
        tickets go along. The same areas again are the same outage.

        Raises NotFound, OutageOver (cancelled, or a draft), BadOutage (no area, one that is not in it, or one where
        nobody has said that it is over).
        """
        if not areas:
            raise BadOutage("what is left has an area")
        named(areas)
        async with self._database.writing() as session:
            row = await outage_rows.one(session, outage_id, lock=True)
            if row.state not in ("restored", "announced"):
                raise OutageOver(f"the outage is {row.state}")
            whole = await outage_rows.whole(session, row)
            ended = whole.areas if row.state == "restored" else whole.restored
            for area in areas:
                if not await outage_parts.meets(session, area, ended):
                    raise BadOutage("it was not said there that it is over")
            if (known := await self._same(session, outage_id, areas)) is not None:
                return known
            nested = replace(
                whole, id=0, state="announced", level=min(whole.level, 2), areas=tuple(areas), parent=outage_id,
                cause="unknown" if whole.level == 3 else whole.cause, code="", expected_at=None, ends_itself=False,
                words={},
            )  # fmt: skip
            opened = await self._insert(session, nested, who)
            await _move(session, outage_id, opened.id, areas, self._clock())
            child = await outage_rows.whole(session, await outage_rows.one(session, opened.id))
            await self._tell(session, "outage.reopened", whole, who, why=why, nested=child.id, households=child.ties)
        return child

    async def _same(self, session: AsyncSession, outage_id: int, areas: Sequence[Area]) -> Outage | None:
        children = select(OutageRow).where(OutageRow.parent_id == outage_id, OutageRow.state == "announced")
        for child in await outage_rows.read(session, list(await session.scalars(children.order_by(OutageRow.id)))):
            if set(child.areas) == set(areas):
                return child
        return None

    async def _insert(self, session: AsyncSession, outage: Outage, who: str) -> Outage:
        raise NotImplementedError


async def _gathered(session: AsyncSession, outage_id: int) -> StillOut:
    nested = select(OutageRow.id).where(OutageRow.parent_id == outage_id, OutageRow.state != "cancelled")
    elsewhere = select(TieRow.party).where(TieRow.outage_id.in_(nested))
    wanted = select(TieRow.party, TieRow.building_id, TieRow.restored).where(
        TieRow.outage_id == outage_id, TieRow.restored.in_(("yes", "no")), TieRow.party.not_in(elsewhere)
    )
    rows = (await session.execute(wanted.order_by(TieRow.id))).all()
    places = await places_of(session, {building for _, building, _ in rows if building})
    answers = [Said(party, places.get(building or 0), said == "no") for party, building, said in rows]
    return await asyncio.to_thread(gathered, answers)  # thousands of them take a while


async def places_of(session: AsyncSession, buildings: Collection[int]) -> dict[int, Place]:
    """Of many buildings at once, as `Places.place` says of one."""
    own, of_street = aliased(TerritoryRow), aliased(TerritoryRow)
    whole = (
        select(BuildingRow.id, BuildingRow.street_id, BuildingRow.house, func.coalesce(own.path, of_street.path))
        .join(StreetRow, StreetRow.id == BuildingRow.street_id)
        .join(own, own.id == BuildingRow.territory_id, isouter=True)
        .join(of_street, of_street.id == StreetRow.territory_id, isouter=True)
    )
    hanging = select(BuildingPartRow.building_id, NetworkPartRow.path).join(
        NetworkPartRow, NetworkPartRow.id == BuildingPartRow.part_id
    )
    found: dict[int, Place] = {}
    ids = sorted(buildings)
    for begin in range(0, len(ids), _CHUNK):
        some = ids[begin : begin + _CHUNK]
        paths: dict[int, list[str]] = {}
        for building, path in await session.execute(hanging.where(BuildingPartRow.building_id.in_(some))):
            paths.setdefault(building, []).append(path)
        for building, street, house, path in await session.execute(whole.where(BuildingRow.id.in_(some))):
            found[building] = Place(street, house, building, ids_of(path), parts_of(paths.get(building, ())))
    return found


def _copied(tie: TieRow, nested: int, now: datetime) -> dict[str, Any]:
    same = ("party", "household_id", "building_id", "flat", "phone", "language", "call", "calls", "ticket_id", "tell")
    return {"outage_id": nested, "at": now, "restored": "", "step": 0, **{name: getattr(tie, name) for name in same}}


async def join(database: Database, session: AsyncSession, outage: Outage, ties: Sequence[Tie], now: datetime) -> Outage:
    """Whoever says 'no' where a nested outage goes on already is its own: that one, else the outage itself."""
    children = select(OutageRow).where(OutageRow.parent_id == outage.id, OutageRow.state == "announced")
    for child in await outage_rows.read(session, list(await session.scalars(children.order_by(OutageRow.id)))):
        there = [tie for tie in ties if tie.building_id]
        there = [tie for tie in there if await outage_parts.lies_in(session, tie.building_id or 0, child.areas)]
        if not there or not ties[0].step:
            continue
        parties = [tie.party for tie in there]
        mine = select(TieRow).where(TieRow.outage_id == outage.id, TieRow.party.in_(parties))
        rows = [_copied(tie, child.id, now) for tie in await session.scalars(mine)]
        once = database.insert(TieRow).on_conflict_do_nothing(index_elements=["outage_id", "party"])
        await session.execute(once, rows)
        return child
    return outage


async def _move(session: AsyncSession, outage_id: int, nested: int, areas: Sequence[Area], now: datetime) -> None:
    """Whoever says 'no' there, and whoever was still to be asked: the nested outage's from now on."""
    homes = await outage_parts.homes_in(session, outage_id, areas)
    mine = select(NoticeRow).where(NoticeRow.about == f"outage:{outage_id}", NoticeRow.what == "restored")
    waiting = list(await session.scalars(mine.where(NoticeRow.state.in_(("pending", "claimed"))).with_for_update()))
    unasked = {party: notice for notice in waiting for party in notice.told.get("parties", ())}
    ties = [
        tie
        for tie in await session.scalars(select(TieRow).where(TieRow.outage_id == outage_id, TieRow.step > 0))
        if tie.building_id in homes and (tie.restored == "no" or (tie.party in unasked and tie.restored != "yes"))
    ]
    if not ties:
        return
    for tie in ties:
        if (notice := unasked.get(tie.party)) is not None:
            withdraw(notice, "reopened", now)
    rows = [_copied(tie, nested, now) for tie in ties]
    await session.flush()
    await session.execute(insert(TieRow), rows)
    tickets = sorted({tie.ticket_id for tie in ties if tie.ticket_id})
    for begin in range(0, len(tickets), _CHUNK):
        some = TicketRow.id.in_(tickets[begin : begin + _CHUNK])
        along = update(TicketRow).where(some, TicketRow.outage_id == outage_id)
        await session.execute(
            along.values(outage_id=nested, version=TicketRow.version + 1),
            execution_options={"synchronize_session": False},
        )
