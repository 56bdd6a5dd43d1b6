"""Organisations, kinds of assets, rules and topics as the cells of their files, in the words that their imports
understand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import topic_rows
from kezek_register.sql import duty_values
from kezek_register.sql.place_tables import NetworkPartRow, TerritoryRow
from kezek_register.sql.tables import BuildingRow, StreetRow, TopicRow

Cells = Mapping[str, Any]


async def organisations(session: AsyncSession) -> list[Cells]:
    return [
        {
            "code": one.code, **one.names, "parent": one.parent, "foreign": _yes_no(one.foreign), "hours": one.hours,
            "phone": one.phone, "channel": one.channel, "address": one.address, "active": _yes_no(one.active),
        }
        for one in (await duty_values.everything(session)).organisations
    ]  # fmt: skip


async def asset_kinds(session: AsyncSession) -> list[Cells]:
    return [{"code": kind.code, **kind.names} for kind in (await duty_values.everything(session)).kinds]


async def duties(session: AsyncSession) -> list[Cells]:
    territories = dict((await session.execute(select(TerritoryRow.id, TerritoryRow.code))).all())
    parts = dict((await session.execute(select(NetworkPartRow.id, NetworkPartRow.code))).all())
    streets = dict((await session.execute(select(StreetRow.id, StreetRow.code))).all())
    rules = (await duty_values.everything(session)).duties
    own = {duty.area.building_id for duty in rules} - {None}
    houses: dict[int, tuple[str, str]] = {}
    if own:
        placed = select(BuildingRow.id, BuildingRow.street_id, BuildingRow.house)
        for building_id, street_id, house in await session.execute(placed):
            if building_id in own:
                houses[building_id] = (streets[street_id], house)
    told: list[Cells] = []
    for duty in rules:
        area = duty.area
        street, house = houses.get(area.building_id or 0, (streets.get(area.street_id or 0, ""), ""))
        told.append({
            "asset_kind": duty.asset_kind, "organisation": duty.organisation,
            "territory": territories.get(area.territory_id or 0, ""), "part": parts.get(area.part_id or 0, ""),
            "street": street, "house": house, "from": area.house_from, "to": area.house_to, "parity": area.parity,
            "note": duty.note,
        })  # fmt: skip
    return told


async def topics(session: AsyncSession) -> list[Cells]:
    rows = await session.scalars(select(TopicRow).order_by(TopicRow.position, TopicRow.code))
    return [
        {
            "code": row.code, "parent": row.parent, **row.names,
            **{column: getattr(row, column) for column in topic_rows.COLUMNS},
            "accident": "yes" if row.accident else "",
        }
        for row in rows
    ]  # fmt: skip


def _yes_no(told: bool) -> str:
    return "yes" if told else "no"
