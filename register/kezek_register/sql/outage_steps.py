"""What is to be done at an outage, line by line, and who is called out."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.notice_types import Notice
from kezek_register.outage_types import BadOutage, Outage
from kezek_register.sql import notices, outage_chain, outage_rows
from kezek_register.sql.duty_tables import OrganisationRow
from kezek_register.sql.outage_base import OutageBase
from kezek_register.sql.outage_calling_out import call_of
from kezek_register.sql.outage_tables import OutageRow, OutageStepRow
from kezek_register.types import NotFound


class OutageSteps(OutageBase):
    async def step_done(
        self,
        outage_id: int,
        list: Literal["checklist", "call_out"],
        position: int,
        who: str,
        note: str = "",
        *,
        done: bool = True,
    ) -> Outage:
        """A line is done, or, with `done` False, is not after all; also when the outage is over. The first word stands:
        again changes only a note that is given. Raises NotFound."""
        async with self._database.writing() as session:
            row = await outage_rows.one(session, outage_id, lock=True)
            step = await self._step(session, outage_id, list, position)
            if not done:
                step.done_at, step.done_by, step.answer = None, "", ""
            elif step.done_at is None:
                step.done_at, step.done_by = self._clock(), who
                if list == "call_out":  # somebody has taken it: nobody else is called
                    step.answer = "comes"
                    await outage_chain.drop(session, outage_id, self._clock(), "somebody has taken it")
                    await session.execute(update(OutageRow).where(OutageRow.id == outage_id).values(chain_at=None))
            step.note = note or step.note
            await session.flush()
            return await outage_rows.whole(session, row)

    async def call_out(self, outage_id: int, position: int, language: str = "") -> Notice:
        """Has one of its chain phoned, once; what he presses is told with `step_done`. Raises NotFound, BadOutage
        (nobody knows his number), OutageOver."""
        async with self._database.writing() as session:
            outage = await outage_rows.whole(session, await self._mine(session, outage_id))
            step = await self._step(session, outage_id, "call_out", position)
            if not step.phone:
                raise BadOutage("this one has no number")
            notice = call_of(outage, step, language)
            await notices.write(self._database, session, [notice], self._clock())
        return notice

    async def _lists(self, session: AsyncSession, row: OutageRow) -> None:
        """Those of its level and its organisation. What was done by others stays and is not asked again; what was not
        done is not asked any more."""
        phones = ("", "")
        if row.organisation_id is not None:
            owner = await session.get_one(OrganisationRow, row.organisation_id)
            above = await session.get(OrganisationRow, owner.parent_id) if owner.parent_id else None
            phones = owner.phone, above.phone if above else ""
        before = await session.scalars(select(OutageStepRow).where(OutageStepRow.outage_id == row.id))
        last = {"checklist": 0, "call_out": 0}
        done: set[tuple[str, str]] = set()
        for step in before.all():
            if step.done_at is None:
                await session.delete(step)
            else:
                done.add((step.list, step.code))
                last[step.list] = max(last[step.list], step.position)
        await session.flush()
        rows = []
        for line in self.checklists.steps(row.level, organisation=phones[0], head=phones[1]):
            if (line.list, line.code) not in done:
                last[line.list] += 1
                told = {"list": line.list, "position": last[line.list], "code": line.code, "phone": line.phone}
                done_by = {"done_at": None, "done_by": "", "note": "", "asked_at": None, "answer": ""}
                rows.append({"outage_id": row.id, **told, **done_by})
        if rows:
            await session.execute(insert(OutageStepRow), rows)

    async def _step(self, session: AsyncSession, outage_id: int, list: str, position: int) -> OutageStepRow:
        wanted = select(OutageStepRow).where(OutageStepRow.outage_id == outage_id)
        wanted = wanted.where(OutageStepRow.list == list, OutageStepRow.position == position)
        step = await session.scalar(wanted.with_for_update())
        if step is None:
            raise NotFound(f"outage {outage_id} has no line {position} of {list}")
        return step
