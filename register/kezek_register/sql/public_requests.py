"""Tickets as everybody may see them: what, where, in which state. No column with a person in it is selected, nor the
flat; only incidents, for what a citizen complains of or thanks for is his own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Row, Select, select

from kezek_register.sql.database import Database
from kezek_register.sql.duty_tables import OrganisationRow
from kezek_register.sql.tables import TicketRow
from kezek_register.sql.work_tables import TicketMoveRow
from kezek_register.ticket_types import OPEN, State


@dataclass(frozen=True, slots=True)
class PublicRequest:
    """`address`: street and house, '' where it may not be shown; `agency`: names by language, {} without one."""

    number: str
    state: State
    topic: str
    requested_at: datetime
    updated_at: datetime | None
    expected_at: datetime | None
    street: str = ""
    house: str = ""
    building_id: int | None = None
    lon: float | None = None
    lat: float | None = None
    agency: dict[str, str] | None = None


class PublicRequests:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, numbers: Sequence[str], topics: Collection[str]) -> list[PublicRequest]:
        """Those of these numbers that are of these topics, in the order of the numbers; of one that is no incident the
        state alone."""
        wanted = _wanted(topics).where(TicketRow.number.in_(tuple(numbers)))
        async with self._database.reading() as session:
            found = {row.number: _request(row) for row in await session.execute(wanted)}
        return [found[number] for number in numbers if number in found]

    async def between(
        self,
        topics: Collection[str],
        since: datetime,
        until: datetime,
        states: Collection[Literal["open", "closed"]] = (),
        limit: int = 1000,
        *,
        confirmed: bool = False,
    ) -> list[PublicRequest]:
        """Incidents registered in [since, until], newest first; `confirmed`: by an operator, alone."""
        wanted = _wanted(topics).where(
            TicketRow.kind == "incident", TicketRow.created_at >= since, TicketRow.created_at <= until
        )
        if confirmed:
            wanted = wanted.where(TicketRow.confirmed)
        if set(states) == {"open"}:
            wanted = wanted.where(TicketRow.state.in_(OPEN))
        elif set(states) == {"closed"}:
            wanted = wanted.where(TicketRow.state.not_in(OPEN))
        wanted = wanted.order_by(TicketRow.created_at.desc(), TicketRow.id.desc()).limit(limit)
        async with self._database.reading() as session:
            return [_request(row) for row in await session.execute(wanted)]

    async def number_of(self, key: str) -> tuple[str, bool] | None:
        """Of the ticket that was registered with this key: its number, and whether an operator has confirmed it."""
        wanted = (
            select(TicketRow.number, TicketRow.confirmed)
            .join(TicketMoveRow, TicketMoveRow.ticket_id == TicketRow.id)
            .where(TicketMoveRow.key == key, TicketMoveRow.move == "register")
        )
        async with self._database.reading() as session:
            row = (await session.execute(wanted)).first()
            return (row[0], row[1]) if row is not None else None


def _wanted(topics: Collection[str]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            TicketRow.number,
            TicketRow.state,
            TicketRow.kind,
            TicketRow.topic,
            TicketRow.created_at,
            TicketRow.updated_at,
            TicketRow.closed_at,
            TicketRow.due_at,
            TicketRow.street,
            TicketRow.house,
            TicketRow.building_id,
            TicketRow.lon,
            TicketRow.lat,
            OrganisationRow.names,
        )
        .outerjoin(OrganisationRow, OrganisationRow.id == TicketRow.organisation_id)
        .where(TicketRow.topic.in_(tuple(topics)))
    )


def _request(row: Row[*tuple[Any, ...]]) -> PublicRequest:
    told = {
        "number": row.number,
        "state": cast("State", row.state),
        "topic": row.topic,
        "requested_at": row.created_at,
        "updated_at": row.closed_at or row.updated_at,
        "expected_at": row.due_at,
    }
    if row.kind != "incident":
        return PublicRequest(**told)
    return PublicRequest(
        **told,
        street=row.street,
        house=row.house,
        building_id=row.building_id,
        lon=row.lon,
        lat=row.lat,
        agency=dict(row.names) if row.names else None,
    )
