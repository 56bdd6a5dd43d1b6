"""How the operators spent their time: rows say when somebody came into a state, the next one says when it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.sql.history_tables import OperatorTimeRow
from kezek_register.types import OperatorTime

Change = tuple[str, datetime, str, str]  # operator, moment, state, reason


def values_of(time: OperatorTime, told: str) -> dict[str, Any]:
    return {
        "operator": time.operator,
        "began": time.began,
        "state": time.state,
        "reason": time.reason,
        "told": told,
    }


async def read(session: AsyncSession, since: datetime, until: datetime) -> list[OperatorTime]:
    """Overlapping [since, until). By index alone: the rows between, and one before and one after for each operator."""
    row = OperatorTimeRow
    # the operators' names one after the other, each found in the index: a DISTINCT would read all the rows
    names = select(func.min(row.operator).label("operator")).cte("names", recursive=True)
    following = select(func.min(row.operator)).where(row.operator > names.c.operator).scalar_subquery()
    names = names.union_all(select(following).where(names.c.operator.is_not(None)))
    before = select(func.max(row.began)).where(row.operator == names.c.operator, row.began < since).scalar_subquery()
    after = select(func.min(row.began)).where(row.operator == names.c.operator, row.began >= until).scalar_subquery()

    known = names.c.operator.is_not(None)
    firsts = select(names.c.operator, before.label("began")).where(known).subquery()
    columns = select(row.operator, row.began, row.state, row.reason)
    running = columns.join(firsts, and_(row.operator == firsts.c.operator, row.began == firsts.c.began))
    within = columns.where(row.began >= since, row.began < until)
    found: list[Change] = []
    for wanted in (running, within):
        found += [(who, began, state, reason) for who, began, state, reason in await session.execute(wanted)]
    ends: dict[str, datetime | None] = dict((await session.execute(select(names.c.operator, after).where(known))).all())
    return [time for time in _joined(sorted(found), ends) if time.ended is None or time.ended > since]


def _joined(changes: Iterable[Change], ends: Mapping[str, datetime | None]) -> Iterator[OperatorTime]:
    """The same state told again goes on: the phone came back, the wrap-up was prolonged."""
    for operator, own in groupby(changes, key=itemgetter(0)):
        spells = [next(spell) for _, spell in groupby(own, key=itemgetter(2, 3))]
        ended = [*(began for _, began, _, _ in spells[1:]), ends.get(operator)]
        for (_, began, state, reason), end in zip(spells, ended, strict=True):
            yield OperatorTime(operator, state, reason, began, end)
