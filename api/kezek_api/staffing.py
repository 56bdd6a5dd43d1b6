"""How many operators the next hours need: the history says how many call and how long it takes, Erlang A the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from kezek_api.figures import facts_of
from kezek_api.shapes_figures import Outcome, Staffing, StaffingHour
from kezek_queue.figures import CallFacts, Guess, impatient, operators_needed
from kezek_queue.types import CallKind, End
from kezek_register import Register

WEEKS = 4
TARGET_PCT = 80.0
HOUR = timedelta(hours=1)
ENOUGH = 100  # calls handled from which a mean is taken
DAYS = 7  # that are looked back at, for so many


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds; None where nothing was seen."""

    aht_s: float | None
    patience_s: float | None


async def staffing(
    register: Register,
    queue: str,
    *,
    now: datetime,
    hours: int,
    within_s: float,
    zone: tzinfo,
    given: int | None,
    target_pct: float = TARGET_PCT,
) -> Staffing:
    """Of a queue ('' is all calls), for the present hour and the following ones. Raises Unavailable."""
    this = _hour(now)
    arrivals = await register.history.arrivals(queue, this - timedelta(weeks=WEEKS), this)
    measured = await measure(register, queue, now)
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = []
    for number in range(hours):
        hour = this + number * HOUR
        calls, basis = expected(arrivals, hour, this, midnight)
        rows.append(plan(hour, calls, basis, measured, within_s=within_s, given=given, target_pct=target_pct))
    return Staffing(
        queue=queue,
        aht_s=_round(measured.aht_s),
        patience_s=_round(measured.patience_s),
        target_pct=target_pct,
        within_s=within_s,
        hours=tuple(rows),
    )


async def measure(register: Register, queue: str, now: datetime) -> Measured:
    """Handling and patience of the last days: as many as it takes to see enough calls."""
    calls: list[CallFacts] = []
    for day in range(DAYS):
        begin, end = now - timedelta(days=day + 1), now - timedelta(days=day)
        facts = facts_of(await register.history.cohort(begin, end), await register.history.legs(begin, end))
        calls += [call for call in facts if queue in ("", call.queue)]
        if sum(any(leg.finished_at for leg in call.legs.values()) for call in calls) >= ENOUGH:
            break
    return measured_in(calls)


def measured_in(calls: list[CallFacts]) -> Measured:
    """Handling: talk, holds and wrap-up of all legs of a call. Patience by censored maximum likelihood: the time that
    all have waited over the number who gave up."""
    handled_s, handled, waited_s, gave_up = 0.0, 0, 0.0, 0
    for call in calls:
        finished = [leg for leg in call.legs.values() if leg.finished_at]
        handled_s += sum(leg.talk_s + leg.hold_s + leg.wrap_up_s for leg in finished)
        handled += bool(finished)
        if call.kind is CallKind.CALL and call.placed_at:
            waited_s += call.waited_s
            gave_up += call.end == End.ABANDONED and not call.connected_at
    return Measured(handled_s / handled if handled else None, waited_s / gave_up if gave_up and waited_s else None)


def expected(
    arrivals: Mapping[datetime, int], hour: datetime, this: datetime, midnight: datetime
) -> tuple[float | None, Literal["weeks", "today", ""]]:
    """Calls in that hour: the mean of the same hour of the last weeks, as far back as there is a history; else the mean
    of today's hours so far; else unknown."""
    if not arrivals:
        return None, ""
    first = min(arrivals)
    weeks = [hour - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    known = [arrivals.get(week, 0) for week in weeks if first <= week < this]
    if known:
        return sum(known) / len(known), "weeks"
    begin = max(first, midnight.astimezone(UTC))
    today = [number for at, number in arrivals.items() if begin <= at < this]
    if today:
        return sum(today) / max(1.0, (this - begin) / HOUR), "today"
    return None, ""


def plan(
    hour: datetime,
    calls: float | None,
    basis: Literal["weeks", "today", ""],
    measured: Measured,
    *,
    within_s: float,
    given: int | None = None,
    target_pct: float = TARGET_PCT,
) -> StaffingHour:
    if calls is None or not measured.aht_s:
        return StaffingHour(hour=hour, basis=basis, calls=_round(calls))
    patience = measured.patience_s or Guess().patience_s
    rate = calls / 3600
    needed = operators_needed(rate, measured.aht_s, patience, target=target_pct / 100, within_s=within_s)
    told = outcome(rate, measured.aht_s, patience, needed, within_s)
    return StaffingHour(
        hour=hour,
        basis=basis,
        calls=_round(calls),
        operators=needed,
        service_level_pct=told.service_level_pct,
        asa_s=told.asa_s,
        occupancy_pct=told.occupancy_pct,
        abandoned_pct=told.abandoned_pct,
        given=None if given is None else outcome(rate, measured.aht_s, patience, given, within_s),
    )


def outcome(calls_s: float, aht_s: float, patience_s: float, operators: int, within_s: float) -> Outcome:
    service = impatient(calls_s, aht_s, patience_s, operators, within_s=within_s)
    return Outcome(
        operators=operators,
        service_level_pct=round(100 * service.in_time, 1),
        asa_s=round(service.asa_s, 1),
        occupancy_pct=round(100 * service.occupancy, 1),
        abandoned_pct=round(100 * service.abandoned, 1),
    )


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
