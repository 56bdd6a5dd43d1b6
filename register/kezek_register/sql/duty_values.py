"""Rows of organisations, kinds of assets and rules into plain values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register import duty_areas
from kezek_register.areas import Area, Parity, Scope
from kezek_register.duty_book import DutyBook
from kezek_register.duty_types import AssetKind, Duty, Organisation
from kezek_register.notice_types import NoticeChannel
from kezek_register.sql.duty_tables import AssetKindRow, DutyRow, OrganisationRow

REVISION = "duties"  # of organisations, kinds and rules together: an answer is made of all three


class Everything(NamedTuple):
    organisations: list[Organisation]
    kinds: list[AssetKind]
    duties: list[Duty]


async def everything(session: AsyncSession) -> Everything:
    rows = list(await session.scalars(select(OrganisationRow).order_by(OrganisationRow.code)))
    codes = {row.id: row.code for row in rows}
    kinds = await session.scalars(select(AssetKindRow).order_by(AssetKindRow.position, AssetKindRow.code))
    # columns, not mapped objects: there may be ten thousand of them
    duties = await session.execute(select(*DutyRow.__table__.c).order_by(DutyRow.id))
    return Everything(
        [organisation(row, codes) for row in rows],
        [AssetKind(row.code, dict(row.names)) for row in kinds],
        [duty(row, codes) for row in duties],
    )


def book(found: Everything) -> DutyBook:
    return DutyBook(found.organisations, found.kinds, found.duties)


def organisation(row: OrganisationRow, codes: Mapping[int, str]) -> Organisation:
    return Organisation(
        row.id, row.code, dict(row.names), codes[row.parent_id] if row.parent_id else "", row.foreign, row.hours,
        row.phone, cast("NoticeChannel", row.channel), row.address, row.active, row.version,
    )  # fmt: skip


def organisation_fields(one: Organisation, parent_id: int | None) -> dict[str, Any]:
    return {
        "names": dict(one.names),
        "parent_id": parent_id,
        "foreign": one.foreign,
        "hours": one.hours,
        "phone": one.phone,
        "channel": one.channel,
        "address": one.address,
        "active": one.active,
    }


def duty(row: Any, codes: Mapping[int, str]) -> Duty:
    """Of a DutyRow or of its columns."""
    area = Area(
        cast("Scope", row.scope), row.territory_id, row.street_id, row.building_id, row.part_id, row.house_from,
        row.house_to, cast("Parity", row.parity),
    )  # fmt: skip
    return Duty(row.id, row.asset_kind, codes[row.organisation_id], area, row.note, row.version)


def duty_fields(one: Duty, organisation_id: int) -> dict[str, Any]:
    """`one.area` is tidy."""
    return {
        "asset_kind": one.asset_kind,
        "organisation_id": organisation_id,
        "scope": one.area.scope,
        "territory_id": one.area.territory_id,
        "street_id": one.area.street_id,
        "building_id": one.area.building_id,
        "part_id": one.area.part_id,
        "house_from": one.area.house_from,
        "house_to": one.area.house_to,
        "parity": one.area.parity,
        "area": duty_areas.key(one.area),
        "note": one.note,
    }
