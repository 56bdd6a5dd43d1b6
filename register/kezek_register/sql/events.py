"""What happened, for the webhooks: a row in the transaction in which it happened, so it is told if and only if it is
true. No number of a caller and no word of his is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.sql.notice_tables import WebhookEventRow


async def write(session: AsyncSession, event: str, body: Mapping[str, Any], at: datetime | None = None) -> None:
    """`event`: '<noun>.<move>' ('ticket.assign', 'outage.open'); `body`: plain JSON."""
    await write_all(session, [(event, body)], at)


async def write_all(
    session: AsyncSession, events: Sequence[tuple[str, Mapping[str, Any]]], at: datetime | None = None
) -> None:
    """Many at once, in their order."""
    if not events:
        return
    when = at or datetime.now(UTC)
    rows = [{"event": event, "at": when, "body": dict(body)} for event, body in events]
    await session.execute(insert(WebhookEventRow), rows)
