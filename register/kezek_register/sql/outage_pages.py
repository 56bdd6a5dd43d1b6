"""Which outages a filter means, in SQL; what began last comes first, page by page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, not_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.names import fold
from kezek_register.outage_types import Outage, OutageFilter
from kezek_register.paging import Page, key_of, page_of, size_of
from kezek_register.sql import outage_rows
from kezek_register.sql.duty_tables import OrganisationRow
from kezek_register.sql.outage_tables import OutageRow

_BATCH = 200  # rows looked at for words at a time


async def page(session: AsyncSession, wanted: OutageFilter, after: str, limit: int, now: datetime) -> Page[Outage]:
    """Raises BadCursor."""
    size = size_of(limit)
    last = key_of(after, datetime, int) if after else None
    text = fold(wanted.text)
    found: list[OutageRow] = []
    while True:
        # words are looked at here: a database folds no Cyrillic, and JSON hides it
        batch = _BATCH if text else size + 1
        rows = list(await session.scalars(_select(wanted, last, now).limit(batch)))
        found += [row for row in rows if not text or text in fold(" ".join([row.code or "", *row.words.values()]))]
        if len(found) > size or len(rows) < batch:
            break
        last = (rows[-1].starts_at, rows[-1].id)
    outages = await outage_rows.read(session, found[: size + 1])
    return page_of(outages, size, lambda each: each, lambda each: (each.starts_at, each.id))


def _select(wanted: OutageFilter, last: tuple[Any, ...] | None, now: datetime) -> Any:
    asked = select(OutageRow).where(*_conditions(wanted, now))
    if last is not None:
        at, outage_id = last
        same = and_(OutageRow.starts_at == at, OutageRow.id < outage_id)
        asked = asked.where(or_(OutageRow.starts_at < at, same))
    return asked.order_by(OutageRow.starts_at.desc(), OutageRow.id.desc())


def _conditions(wanted: OutageFilter, now: datetime) -> list[Any]:
    announced = OutageRow.state == "announced"
    ended = and_(OutageRow.ends_itself, func.coalesce(OutageRow.expected_at <= now, not_(true())))
    states: dict[str, list[Any]] = {
        "": [],
        "now": [announced, OutageRow.starts_at <= now, not_(ended)],
        "coming": [announced, OutageRow.starts_at > now],
        "open": [announced, not_(ended)],
        "overdue": [announced, OutageRow.starts_at <= now, OutageRow.expected_at <= now, not_(OutageRow.ends_itself)],
    }
    found = list(states.get(wanted.state, [OutageRow.state == wanted.state]))
    for column, value in (
        (OutageRow.level, wanted.level),
        (OutageRow.topic, wanted.topic),
        (OutageRow.asset_kind, wanted.asset_kind),
    ):
        if value:
            found.append(column == value)
    if wanted.organisation:
        owner = select(OrganisationRow.id).where(OrganisationRow.code == wanted.organisation)
        found.append(OutageRow.organisation_id == owner.scalar_subquery())
    if wanted.since is not None:
        found.append(or_(OutageRow.ended_at.is_(None), OutageRow.ended_at >= wanted.since))
    if wanted.until is not None:
        found.append(OutageRow.starts_at < wanted.until)
    return found
