"""Suspicions between their rows and the plain values, and what programs are told of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.areas import Area
from kezek_register.detection.types import SuspicionState
from kezek_register.outage_rules import area_body
from kezek_register.outage_types import Outage
from kezek_register.sql.storm_tables import SuspicionRow
from kezek_register.trouble_types import KeptSuspicion
from kezek_register.types import NotFound


async def one(session: AsyncSession, suspicion_id: int, *, lock: bool = False) -> SuspicionRow:
    """Raises NotFound."""
    wanted = select(SuspicionRow).where(SuspicionRow.id == suspicion_id)
    row = await session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFound(f"no suspicion {suspicion_id}")
    return row


def areas_of(told: Iterable[Mapping[str, Any]]) -> tuple[Area, ...]:
    return tuple(Area(**each) for each in told)


def told_areas(areas: Iterable[Area]) -> list[dict[str, Any]]:
    return [area_body(area) for area in areas]


def value(row: SuspicionRow) -> KeptSuspicion:
    return KeptSuspicion(
        id=row.id,
        state=cast(SuspicionState, row.state),
        topic=row.topic,
        areas=areas_of(row.areas),
        reports=row.reports,
        parties=row.parties,
        households=row.households,
        special_needs=row.special_needs,
        first_at=row.first_at,
        last_at=row.last_at,
        span_s=row.span_s,
        usual=row.usual,
        certainty=row.certainty,
        score=row.score,
        against=row.against,
        of=tuple(row.of),
        grown=tuple((datetime.fromisoformat(at), int(households)) for at, households in row.grown),
        outage_id=row.outage_id,
        opened_at=row.opened_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        why=row.why,
    )


def body(one: KeptSuspicion, who: str = "") -> dict[str, Any]:
    """What programs are told of it: plain JSON, no person in it."""
    return {
        "id": one.id,
        "state": one.state,
        "topic": one.topic,
        "areas": told_areas(one.areas),
        "reports": one.reports,
        "parties": one.parties,
        "households": one.households,
        "special_needs": one.special_needs,
        "certainty": one.certainty,
        "usual": one.usual,
        "span_s": one.span_s,
        "first_at": one.first_at.isoformat(),
        "last_at": one.last_at.isoformat(),
        "against": one.against,
        "of": list(one.of),
        "outage": one.outage_id,
        "who": who,
        "why": one.why,
    }


def as_outage(one: KeptSuspicion) -> Outage:
    """As if it were one that goes on, so that it is found by a place in the same way; `calls`: its reports."""
    return Outage(one.id, "announced", 2, one.topic, one.first_at, one.areas, calls=one.reports)
