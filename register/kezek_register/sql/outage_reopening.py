"""An outage that was closed by mistake, or a step that was: taken back whole, and nobody is told twice for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.outage_types import Outage, OutageOver
from kezek_register.sql import outage_rows
from kezek_register.sql.notice_tables import NoticeRow
from kezek_register.sql.outage_base import OutageBase
from kezek_register.sql.outage_tables import OutageRow, TieRow
from kezek_register.sql.restoration_tables import RestorationRow
from kezek_register.sql.withdrawn import withdraw
from kezek_register.types import NotFound

_BATCH = 100  # tickets of one transaction
OLD = 1  # the step of an end that was written before steps were


class OutageReopening(OutageBase):
    async def reopen(
        self, outage_id: int, who: str, why: str = "", *, step: int | None = None, whole: bool = False
    ) -> Outage:
        """It is not over after all. Its end is taken back, or this `step` of it, or with `whole` all of them; calls
        that are still to ask 'is it on?' are not made. Whoever has not said that it is on is told when it really ends,
        whether or not the mistake was told to him; who said so is told no more. An outage that goes on stays as it is
        unless a step is named; a step that was taken back already changes nothing.

        Raises NotFound (outage, step), OutageOver (cancelled, or a draft).
        """
        now = self._clock()
        async with self._database.writing() as session:
            row = await outage_rows.one(session, outage_id, lock=True)
            if row.state not in ("restored", "announced"):
                raise OutageOver(f"the outage is {row.state}")
            undone = await self._undone(session, row, step, whole=whole)
            if not undone and row.state == "announced":
                return await outage_rows.whole(session, row)
            steps = [one.step for one in undone] or [OLD]
            still_out = await _still_out(session, outage_id, steps)
            for one in undone:
                one.taken_back_at, one.taken_back_by, one.still_out = now, who, still_out.get(one.step, 0)
            row.state, row.ended_at, row.round = "announced", None, row.round + 1
            if row.expected_at is not None and row.expected_at <= now:
                row.ends_itself = False  # or it would be over again at once
            await session.flush()
            dropped = await _unsaid(session, outage_id, steps, now)
            await _forget(session, outage_id, steps)
            outage = await outage_rows.whole(session, row)
            await self._tell(session, "outage.reopened", outage, who, why=why, steps=steps, dropped=dropped)
        await self._at_work_again(outage_id, who)
        return await self._whole(outage_id)

    async def finish_reopened(self) -> int:
        """Tickets of reopened outages that a killed process left as reported are at work again; how many."""
        again = select(OutageRow.id).where(OutageRow.state == "announced", OutageRow.round > 0)
        async with self._database.reading() as session:
            ids = list(await session.scalars(again))
        return sum([await self._at_work_again(outage_id, "kezek") for outage_id in ids])

    async def _at_work_again(self, outage_id: int, who: str) -> int:
        """By transactions of their own, a batch each: two thousand tickets hold up nobody."""
        done = 0
        while True:
            async with self._database.writing() as session:
                taken = await self._tickets.take_back(session, outage_id, who, _BATCH, self._clock())
            done += taken
            if taken < _BATCH:
                return done

    async def _undone(
        self, session: AsyncSession, row: OutageRow, step: int | None, *, whole: bool
    ) -> list[RestorationRow]:
        mine = select(RestorationRow).where(RestorationRow.outage_id == row.id).order_by(RestorationRow.step)
        all_of_them = list(await session.scalars(mine))
        if step is not None and all(one.step != step for one in all_of_them):
            raise NotFound(f"outage {row.id} has no step {step} of its end")
        return [
            one
            for one in all_of_them
            if one.taken_back_at is None and (whole or one.step == step or one.closes)
        ]  # fmt: skip

    async def _whole(self, outage_id: int) -> Outage:
        async with self._database.reading() as session:
            return await outage_rows.whole(session, await outage_rows.one(session, outage_id))


async def _still_out(session: AsyncSession, outage_id: int, steps: Collection[int]) -> dict[int, int]:
    wanted = select(TieRow.step, func.count()).where(TieRow.outage_id == outage_id, TieRow.restored == "no")
    found = await session.execute(wanted.where(TieRow.step.in_(steps)).group_by(TieRow.step))
    return dict(found.all())


async def _unsaid(session: AsyncSession, outage_id: int, steps: Collection[int], now: datetime) -> int:
    """What these steps had to tell is dropped where nobody has begun to, how many; the rest is not tried again."""
    mine = select(NoticeRow).where(NoticeRow.about == f"outage:{outage_id}", NoticeRow.what == "restored")
    on_its_way = mine.where(NoticeRow.state.in_(("pending", "claimed", "unclear")))
    rows = [one for one in await session.scalars(on_its_way.with_for_update()) if one.told.get("step", OLD) in steps]
    for one in rows:
        withdraw(one, "reopened", now)
    await session.flush()
    return sum(one.state == "dropped" for one in rows)


async def _forget(session: AsyncSession, outage_id: int, steps: Collection[int]) -> None:
    """For these it is not over: whoever did not say that it is, and is not told by a nested outage."""
    nested = select(OutageRow.id).where(OutageRow.parent_id == outage_id, OutageRow.state != "cancelled")
    theirs = select(TieRow.party).where(TieRow.outage_id.in_(nested))
    here = (
        TieRow.outage_id == outage_id,
        TieRow.step.in_(steps),
        TieRow.restored != "yes",
        TieRow.party.not_in(theirs),
    )
    again = update(TieRow).where(*here).values(step=0, restored="")
    await session.execute(again, execution_options={"synchronize_session": False})
