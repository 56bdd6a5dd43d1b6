"""The ladder of overload in SQL: the history of its rung, and what it has to take back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func, select

from kezek_register.rung_types import RungChange
from kezek_register.sql.database import Database
from kezek_register.sql.ladder_tables import RungChangeRow, RungJoinRow

NORMAL = "normal"


class LadderHistory:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, changes: Iterable[RungChange]) -> None:
        """Each once: one whose `n` is known stays as it is."""
        rows = [
            {
                "n": one.n,
                "at": one.at,
                "name": one.name,
                "by": one.by,
                "since": one.since,
                "why": one.why,
                "because": dict(one.because),
                "held": one.held,
            }
            for one in changes
        ]
        if not rows:
            return
        async with self._database.writing() as session:
            added = self._database.insert(RungChangeRow).values(rows)
            await session.execute(added.on_conflict_do_nothing(index_elements=["n"]))

    async def last(self) -> RungChange | None:
        found = await self.newest(1)
        return found[0] if found else None

    async def newest(self, limit: int) -> Sequence[RungChange]:
        """The newest first."""
        asked = select(RungChangeRow).order_by(RungChangeRow.n.desc()).limit(limit)
        async with self._database.reading() as session:
            return [_change(row) for row in await session.scalars(asked)]

    async def calm_since(self) -> int:
        """`n` of the last change to normal, 0 where there is none: of one storm it is the same from end to end."""
        asked = select(func.max(RungChangeRow.n)).where(RungChangeRow.name == NORMAL)
        async with self._database.reading() as session:
            return int(await session.scalar(asked) or 0)

    async def joins(self) -> dict[str, tuple[str, ...]]:
        """Operator -> the queues that the ladder has added."""
        async with self._database.reading() as session:
            return {row.operator: tuple(row.queues) for row in await session.scalars(select(RungJoinRow))}

    async def joins_become(self, operator: str, queues: Sequence[str]) -> None:
        """() when it has nothing more to take back."""
        async with self._database.writing() as session:
            if not queues:
                await session.execute(delete(RungJoinRow).where(RungJoinRow.operator == operator))
                return
            added = self._database.insert(RungJoinRow).values(operator=operator, queues=list(queues))
            await session.execute(
                added.on_conflict_do_update(index_elements=["operator"], set_={"queues": list(queues)})
            )


def _change(row: RungChangeRow) -> RungChange:
    return RungChange(row.n, row.at, row.name, row.by, row.since, row.why, row.because, row.held)
