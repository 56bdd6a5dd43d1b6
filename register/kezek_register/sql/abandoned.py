"""Callers who left without an answer, and whether they were reached since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, case, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from kezek_register.sql.history_tables import CallRow
from kezek_register.types import Abandoned, CallRecord

PAGE = 500  # names in one IN
LOST = ("abandoned", "cut")


async def read(
    session: AsyncSession, since: datetime, until: datetime, limit: int, record: Callable[[CallRow], CallRecord]
) -> list[Abandoned]:
    """Those cut first, in the order in which they came; then the others, newest first. Callbacks are no callers: one
    not reached leaves its original where it was."""
    in_line = or_(CallRow.end == "cut", CallRow.placed_at.is_not(None))  # not who hung up at the greeting
    wanted = select(CallRow).where(
        CallRow.end.in_(LOST), in_line, CallRow.kind == "call", CallRow.since >= since, CallRow.since < until
    )
    came = case((CallRow.end == "cut", CallRow.since))  # NULL for the others
    order = (case((CallRow.end == "cut", 0), else_=1), came, CallRow.since.desc(), CallRow.call)
    found = (await session.scalars(wanted.order_by(*order).limit(limit))).all()
    later = await _later(session, [record(row) for row in found], record)
    return [_judged(call, later[call.call]) for call in map(record, found)]


async def unheard(
    session: AsyncSession, since: datetime, until: datetime, limit: int, record: Callable[[CallRow], CallRecord]
) -> list[CallRecord]:
    """Who arrived since then and was cut until then, with a number, before anybody spoke with him, and has neither
    dialled again nor a callback; emergencies first, then in the order in which they came."""
    later, ordered = aliased(CallRow), aliased(CallRow)
    again = exists().where(later.caller == CallRow.caller, later.since > CallRow.since, later.kind == "call")
    promised = exists().where(ordered.of == CallRow.call)
    wanted = select(CallRow).where(
        CallRow.end == "cut",
        CallRow.kind == "call",
        CallRow.caller != "",
        CallRow.connected_at.is_(None),
        CallRow.since >= since,
        CallRow.ended_at <= until,
        ~again,
        ~promised,
    )
    order = (CallRow.priority.desc(), CallRow.since, CallRow.call)
    return [record(row) for row in await session.scalars(wanted.order_by(*order).limit(limit))]


async def _later(
    session: AsyncSession, lost: Sequence[CallRecord], record: Callable[[CallRow], CallRecord]
) -> dict[str, list[CallRecord]]:
    """By lost call: the calls after it that were answered or are callbacks, of the same number or tied to it."""
    by_caller: dict[str, list[CallRecord]] = defaultdict(list)
    by_original: dict[str, list[CallRecord]] = defaultdict(list)
    if lost:
        oldest = min(call.since for call in lost)
        reached = or_(CallRow.connected_at.is_not(None), CallRow.end == "answered", CallRow.kind == "callback")
        for page in _pages({call.caller for call in lost if call.caller}):
            for row in await _select(session, CallRow.caller.in_(page), CallRow.since > oldest, reached):
                by_caller[row.caller].append(record(row))
        for page in _pages({call.call for call in lost}):
            for row in await _select(session, CallRow.of.in_(page)):
                by_original[row.of].append(record(row))
    together: dict[str, list[CallRecord]] = {}
    for call in lost:
        found = {one.call: one for one in by_caller.get(call.caller, ()) if one.since > call.since}
        found |= {one.call: one for one in by_original.get(call.call, ())}
        together[call.call] = list(found.values())
    return together


def _judged(call: CallRecord, later: Iterable[CallRecord]) -> Abandoned:
    answered = [(moment, one) for one in later if (moment := _answered_at(one)) is not None]
    first = min(answered, key=lambda each: (each[0], each[1].call), default=None)
    callback: Literal["", "pending", "done"] = ""
    for one in later:
        if one.kind == "callback" and _answered_at(one) is not None:
            callback = "done"
        elif one.kind == "callback" and not one.end and not callback:
            callback = "pending"
    if first is None:
        return Abandoned(call, None, "", callback)
    return Abandoned(call, first[0], "callback" if first[1].kind == "callback" else "call", callback)


def _answered_at(call: CallRecord) -> datetime | None:
    """When an operator answered; a call answered by the fallback has no such moment but its end."""
    return call.connected_at or ((call.ended_at or call.since) if call.end == "answered" else None)


async def _select(session: AsyncSession, *which: ColumnElement[bool]) -> Sequence[CallRow]:
    return (await session.scalars(select(CallRow).where(*which))).all()


def _pages(names: set[str]) -> Iterable[list[str]]:
    ordered = sorted(names)
    return (ordered[first : first + PAGE] for first in range(0, len(ordered), PAGE))
