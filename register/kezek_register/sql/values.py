"""Rows into the plain values of types.py, at the door."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Row
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from kezek_register.sql.tables import BuildingRow, HouseholdRow, StaffRow, StreetRow, TicketRow, TopicRow
from kezek_register.ticket_types import State, TicketKind
from kezek_register.types import Building, Household, Role, Staff, Street, Ticket, Topic


def whole_household() -> tuple[_AbstractLoad, ...]:
    """What a select of HouseholdRow must bring along for `household`."""
    return (
        joinedload(HouseholdRow.building).joinedload(BuildingRow.street).selectinload(StreetRow.names),
        selectinload(HouseholdRow.phones),
    )


def street(row: StreetRow) -> Street:
    return Street(
        id=row.id,
        kind=row.kind,
        names={each.language: each.name for each in row.names if not each.other},
        other_names=tuple((each.language, each.name) for each in row.names if each.other),
        territory_id=row.territory_id,
    )


def building(row: BuildingRow) -> Building:
    return Building(
        row.id, row.street_id, row.house, row.entrances, row.flats, row.territory_id, row.people, row.lifts,
        row.special_needs, row.lon, row.lat,
    )  # fmt: skip


def household(row: HouseholdRow) -> Household:
    return Household(
        id=row.id,
        building=building(row.building),
        street=street(row.building.street),
        flat=row.flat,
        person=row.person,
        language=row.language,
        phones=tuple(each.phone for each in row.phones),
    )


def topic(row: TopicRow) -> Topic:
    return Topic(
        row.code,
        dict(row.names),
        row.parent,
        cast("TicketKind", row.kind),
        row.asset_kind,
        row.accident,
        row.allowed_hours,
        row.allowed_days,
        row.emergency,
    )


def ticket(row: TicketRow | Row[Any]) -> Ticket:
    return Ticket(
        number=row.number,
        state=cast("State", row.state),
        call=row.call or "",
        provenance=dict(row.provenance),
        confidence=dict(row.confidence),
        created_at=row.created_at,
        version=row.version,
        **{name: getattr(row, name) for name in (*TICKET_FIELDS, *WORK_FIELDS)},
    )


TICKET_FIELDS = (
    "caller", "household_id", "street_id", "street", "house", "flat", "topic", "words", "note", "language", "operator",
    "confirmed", "details",
)  # fmt: skip
WORK_FIELDS = (
    "kind", "channel", "building_id", "territory_id", "asset_kind", "organisation_id", "outage_id", "clock_from",
    "allowed_hours", "allowed_days", "due_at", "closed_at", "answer", "verified", "requester",
    "lon", "lat", "updated_at", "accident",
)  # fmt: skip


def staff(row: StaffRow) -> Staff:
    return Staff(
        login=row.login,
        name=row.name,
        role=cast("Role", row.role),
        phone=row.phone or "",
        language=row.language,
        queues=tuple(row.queues),
        skills=dict(row.skills),
        password_hash=row.password_hash,
        organisation_id=row.organisation_id,
        second_line=row.second_line,
    )
