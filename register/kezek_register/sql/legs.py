"""Legs: each operator's part of a call, how it ended, and the wrap-up that followed it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from kezek_register.sql.history_tables import CallRow, LegRow, OperatorTimeRow
from kezek_register.types import Leg, LegPiece

PAGE = 500  # names in one IN
_KEPT = ("call", "offer", "operator", "queue", "connected_at", "finished_at", "talk_s", "hold_s", "how")


def values_of(leg: LegPiece | Leg) -> dict[str, Any]:
    return {name: getattr(leg, name) for name in _KEPT}


async def of_cohort(session: AsyncSession, since: datetime, until: datetime) -> list[Leg]:
    wanted = _whole().join(CallRow, CallRow.call == LegRow.call).where(CallRow.since >= since, CallRow.since < until)
    return _legs((row, over) for row, over in await session.execute(wanted))


async def of_calls(session: AsyncSession, calls: Sequence[str]) -> list[Leg]:
    found: list[Leg] = []
    names = sorted(set(calls))
    for first in range(0, len(names), PAGE):
        wanted = _whole().where(LegRow.call.in_(names[first : first + PAGE]))
        found += _legs((row, over) for row, over in await session.execute(wanted))
    return found


def _whole() -> Select[LegRow, datetime | None]:
    """Rows with the moment at which the wrap-up was over, where one began when the talk was finished."""
    wrapping, after = aliased(OperatorTimeRow), aliased(OperatorTimeRow)
    began = exists().where(
        wrapping.operator == LegRow.operator, wrapping.began == LegRow.finished_at, wrapping.state == "wrap_up"
    )
    over = (
        select(func.min(after.began))
        .where(after.operator == LegRow.operator, after.began > LegRow.finished_at, after.state != "wrap_up")
        .scalar_subquery()
    )
    return select(LegRow, case((began, over)))


def _legs(rows: Iterable[tuple[LegRow, datetime | None]]) -> list[Leg]:
    return sorted((_leg(row, over) for row, over in rows), key=lambda leg: (leg.call, leg.connected_at, leg.offer))


def _leg(row: LegRow, wrapped_at: datetime | None) -> Leg:
    """A leg whose beginning nobody told began as long before its end as it lasted."""
    finished, connected = row.finished_at, row.connected_at
    wrapped = (wrapped_at - finished).total_seconds() if wrapped_at and finished else 0.0
    if connected is None:
        if finished is None:
            raise ValueError("a leg has a beginning or an end")
        connected = finished - timedelta(seconds=row.talk_s + row.hold_s)
    return Leg(
        call=row.call,
        offer=row.offer,
        operator=row.operator,
        queue=row.queue,
        connected_at=connected,
        finished_at=finished,
        talk_s=row.talk_s,
        hold_s=row.hold_s,
        wrap_up_s=round(wrapped, 3),
        how=row.how,
    )
