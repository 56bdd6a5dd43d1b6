"""The call-out chain of an outage: telephoned one after the other, in order, until somebody takes it.

Whom the chain comes to is asked once in a round: what comes of his call is read in the ledger of notices, in the
transaction that asks the next one, so a node that dies in between leaves the chain where it was (P8).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.notice_types import Notice
from kezek_register.outage_types import BadOutage, Outage
from kezek_register.sql import notices, outage_chain, outage_rows
from kezek_register.sql.notice_tables import NoticeRow
from kezek_register.sql.outage_base import OutageBase
from kezek_register.sql.outage_tables import OutageRow, OutageStepRow

KEZEK = "kezek"
WITHIN_S = 120.0  # for one to take it, from when he is asked to when the next one is


class OutageCallingOut(OutageBase):
    async def begin_chain(self, outage_id: int, who: str, language: str = "") -> Outage:
        """Its chain is called out from the first one who has not taken it; while it runs, and once somebody has taken
        it, nothing more. After nobody has, again from the first. Raises NotFound, OutageOver, BadOutage (nobody's
        number is known)."""
        async with self._database.writing() as session:
            row = await self._mine(session, outage_id)
            steps = await _chain(session, outage_id)
            if row.chain_at is None and not any(step.done_at for step in steps):
                if not any(step.phone for step in steps):
                    raise BadOutage("nobody of its call-out chain has a number")
                await self._begin(session, row, steps, who, language)
            return await outage_rows.whole(session, row)

    async def chase_chains(
        self, *, begin_levels: tuple[int, ...] = (), within_s: float = WITHIN_S, language: str = ""
    ) -> list[int]:
        """What time alone does to chains: of announced outages of `begin_levels` that go on it begins by itself, once;
        who has not taken it in `within_s`, or cannot be reached, is followed by the next. Outages of which something
        was done. To be asked every ten seconds or so, by every node."""
        now = self._clock()
        running = OutageRow.chain_at.is_not(None)
        fresh = (OutageRow.chain == 0) & OutageRow.level.in_(begin_levels) & (OutageRow.starts_at <= now)
        fresh &= OutageRow.parent_id.is_(None)
        due = select(OutageRow.id).where(OutageRow.state == "announced", running | fresh)
        async with self._database.reading() as session:
            ids = list(await session.scalars(due.order_by(OutageRow.id)))
        moved = []
        for outage_id in ids:
            async with self._database.writing() as session:
                row = await session.scalar(select(OutageRow).where(OutageRow.id == outage_id).with_for_update())
                if row is not None and row.state == "announced" and await self._chase(session, row, within_s, language):
                    moved.append(outage_id)
        return moved

    async def _chase(self, session: AsyncSession, row: OutageRow, within_s: float, language: str) -> bool:
        steps, now = await _chain(session, row.id), self._clock()
        if row.chain_at is None:
            if row.chain:
                return False
            if not any(step.phone for step in steps) or any(step.done_at for step in steps):
                row.chain = 1  # there is nobody to call: it is not looked at again
                return False
            await self._begin(session, row, steps, KEZEK, language)
            return True
        if any(step.done_at for step in steps):
            await self._over(session, row, now)
            return True
        asked = next((step for step in reversed(steps) if step.asked_at is not None and not step.answer), None)
        if asked is not None:
            waited = asked.asked_at is not None and now - asked.asked_at >= timedelta(seconds=within_s)
            if not waited and not await _in_vain(session, row, asked):
                return False
            asked.answer = "unreached"
            await outage_chain.drop(session, row.id, now, "the next one was called")
        await self._next(session, row, steps, language)
        return True

    async def _begin(
        self, session: AsyncSession, row: OutageRow, steps: list[OutageStepRow], who: str, language: str
    ) -> None:
        row.chain, row.chain_at, row.chain_by = row.chain + 1, self._clock(), who
        for step in steps:
            step.asked_at, step.answer = None, ""
        await self._next(session, row, steps, language)

    async def _next(self, session: AsyncSession, row: OutageRow, steps: list[OutageStepRow], language: str) -> None:
        """Whoever comes next is asked; after the last one the chain is over and nobody has taken it."""
        now = self._clock()
        for step in steps:
            if step.asked_at is None and not step.answer and not step.phone:
                step.answer = "no_number"
            elif step.asked_at is None and not step.answer:
                step.asked_at = now
                await session.flush()
                outage = await outage_rows.whole(session, row)
                await notices.write(self._database, session, [call_of(outage, step, language, row.chain)], now)
                await self._tell(session, "outage.called_out", outage, row.chain_by, position=step.position)
                return
        row.chain_at = None
        await session.flush()
        outage = await outage_rows.whole(session, row)
        await self._tell(session, "outage.called_out", outage, row.chain_by, position=None)

    async def _over(self, session: AsyncSession, row: OutageRow, now: datetime) -> None:
        row.chain_at = None
        await outage_chain.drop(session, row.id, now, "somebody has taken it")


def call_of(outage: Outage, step: OutageStepRow, language: str, round: int = 1) -> Notice:
    again = f":{round}" if round > 1 else ""
    return Notice(
        key=f"outage:{outage.id}:call_out:{step.code}:{outage.organisation}{again}",
        about=f"outage:{outage.id}",
        what="call_out",
        channel="call",
        address=step.phone,
        language=language,
        told={
            "outage": outage.id,
            "position": step.position,
            "code": step.code,
            "level": outage.level,
            "topic": outage.topic,
            "cause": outage.cause,
            "starts_at": outage.starts_at.isoformat(),
        },
    )


async def _in_vain(session: AsyncSession, row: OutageRow, step: OutageStepRow) -> bool:
    """His call has its end and he has not taken it."""
    told = NoticeRow.told["position"].as_integer() == step.position
    mine = select(NoticeRow).where(NoticeRow.about == f"outage:{row.id}", NoticeRow.what == "call_out", told)
    last = await session.scalar(mine.order_by(NoticeRow.id.desc()).limit(1))
    if last is None:
        return True
    tried = last.state == "pending" and last.attempts > 0
    return tried or last.state in ("failed", "dropped", "unclear", "sent")


async def _chain(session: AsyncSession, outage_id: int) -> list[OutageStepRow]:
    mine = select(OutageStepRow).where(OutageStepRow.outage_id == outage_id, OutageStepRow.list == "call_out")
    return list(await session.scalars(mine.order_by(OutageStepRow.position).with_for_update()))
