"""Which tickets a filter means, in SQL; newest first, page by page."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.numbers import BadNumber, check
from kezek_register.paging import Page, key_of, page_of, size_of
from kezek_register.sql import values
from kezek_register.sql.duty_tables import OrganisationRow
from kezek_register.sql.place_tables import TerritoryRow
from kezek_register.sql.tables import TicketRow, TopicRow
from kezek_register.ticket_types import OPEN, TicketFilter
from kezek_register.types import Ticket

_TEXTS = (TicketRow.words, TicketRow.note, TicketRow.street, TicketRow.requester, TicketRow.answer)


async def page(session: AsyncSession, wanted: TicketFilter, after: str, limit: int, now: datetime) -> Page[Ticket]:
    """Raises BadCursor."""
    asked = select(TicketRow).where(*conditions(wanted, now))
    if after:
        at, last = key_of(after, datetime, int)
        older = and_(TicketRow.created_at == at, TicketRow.id < last)
        asked = asked.where(or_(TicketRow.created_at < at, older))
    asked = asked.order_by(TicketRow.created_at.desc(), TicketRow.id.desc())
    size = size_of(limit)
    rows = list(await session.scalars(asked.limit(size + 1)))
    return page_of(rows, size, values.ticket, lambda row: (row.created_at, row.id))


async def count(session: AsyncSession, wanted: TicketFilter, now: datetime) -> int:
    asked = select(func.count()).select_from(TicketRow).where(*conditions(wanted, now))
    return await session.scalar(asked) or 0


def conditions(wanted: TicketFilter, now: datetime) -> list[ColumnElement[bool]]:
    """`now`: by which a ticket is late."""
    found: list[ColumnElement[bool]] = []
    if wanted.state:
        found.append(TicketRow.state.in_(OPEN) if wanted.state == "open" else TicketRow.state == wanted.state)
    for column, value in (
        (TicketRow.kind, wanted.kind),
        (TicketRow.channel, wanted.channel),
        (TicketRow.operator, wanted.operator),
    ):
        if value:
            found.append(column == value)
    for column_id, value_id in (
        (TicketRow.street_id, wanted.street),
        (TicketRow.building_id, wanted.building),
        (TicketRow.household_id, wanted.household),
        (TicketRow.outage_id, wanted.outage),
    ):
        if value_id is not None:
            found.append(column_id == value_id)
    if wanted.topic:
        found.append(TicketRow.topic.in_(_below_topic(wanted.topic)))
    if wanted.organisation:
        of_code = select(OrganisationRow.id).where(OrganisationRow.code == wanted.organisation)
        found.append(TicketRow.organisation_id == of_code.scalar_subquery())
    if wanted.territory is not None:
        found.append(TicketRow.territory_id.in_(_below_territory(wanted.territory)))
    if wanted.late:
        found.append(late_at(now))
    if wanted.unassigned:
        found.append(and_(TicketRow.state.in_(OPEN), TicketRow.organisation_id.is_(None)))
    if wanted.unconfirmed:
        found.append(TicketRow.confirmed.is_(False))
    if wanted.accident:
        found.append(TicketRow.accident.is_(True))
    if wanted.since is not None:
        found.append(TicketRow.created_at >= wanted.since)
    if wanted.until is not None:
        found.append(TicketRow.created_at < wanted.until)
    if wanted.text.strip():
        found.append(_says(wanted.text.strip()))
    return found


def late_at(now: datetime) -> ColumnElement[bool]:
    """The executor's time is over, and he has not reported: `due_at` is NULL in every other case."""
    return and_(TicketRow.due_at < now, TicketRow.state.in_(OPEN))


def _below_topic(code: str) -> Select[Any]:
    tree = select(literal(code).label("code")).cte("topic_tree", recursive=True)
    tree = tree.union(select(TopicRow.code).join(tree, TopicRow.parent == tree.c.code))
    return select(tree.c.code)


def _below_territory(territory_id: int) -> Select[Any]:
    path = select(TerritoryRow.path).where(TerritoryRow.id == territory_id).scalar_subquery()
    return select(TerritoryRow.id).where(TerritoryRow.path.like(path.concat("%")))


def _says(text: str) -> ColumnElement[bool]:
    """SQLite's LIKE and a PostgreSQL of locale C know no capitals but the Latin ones: the usual spellings are tried."""
    with suppress(BadNumber):
        return TicketRow.number == check(text)
    spellings = {text, text.lower(), text.upper(), text.capitalize(), text.title()}
    said = [column.contains(spelling, autoescape=True) for column in _TEXTS for spelling in sorted(spellings)]
    return or_(TicketRow.number.contains(text, autoescape=True), *said)
