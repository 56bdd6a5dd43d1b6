"""Households of an outage: tied when they ask, told when it is over, and what they answer then."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.outage_types import OutageOver, Tie
from kezek_register.sql import events, outage_remains, outage_rows, outage_ties
from kezek_register.sql.outage_base import OutageBase
from kezek_register.sql.outage_tables import OutageRow, TieRow
from kezek_register.sql.tables import TicketRow
from kezek_register.tellings import groups
from kezek_register.types import NotFound


class OutageHouseholds(OutageBase):
    async def tie(self, outage_id: int, tie: Tie) -> Tie:
        """A household that is concerned and asks: once in an outage, however often it calls and under whichever key it
        came before; the same call counts once. `party` is worked out here; who first wishes to be told is told, by his
        number and in his language. With a `ticket` that is tied too.

        Raises NotFound (outage, household, ticket), BadOutage (nothing says who it is), OutageOver.
        """
        async with self._database.writing() as session:
            return await outage_ties.tie(self._database, session, outage_id, tie, self._clock())

    async def wish(self, outage_id: int, party: str, *, tell: bool) -> Tie:
        """Whether they are to be told when it is over, as they say now. Raises NotFound, OutageOver."""
        async with self._database.writing() as session:
            state = select(OutageRow.state).where(OutageRow.id == outage_id).with_for_update(read=True)
            if await session.scalar(state) != "announced":
                raise OutageOver("the outage is over")
            row, ticket = await self._tied(session, outage_id, party)
            row.tell = tell
            return outage_rows.tie(row, ticket)

    async def ties(self, outage_id: int, after: int = 0, limit: int = 500) -> list[Tie]:
        """In the order in which they came, from the `after`th on: none ever goes away."""
        async with self._database.reading() as session:
            return await outage_ties.of_outage(session, outage_id, after, limit)

    async def tie_of(self, outage_id: int, party: str) -> Tie:
        """Raises NotFound."""
        async with self._database.reading() as session:
            return outage_rows.tie(*await self._tied(session, outage_id, party))

    async def answered(self, outage_id: int, party: str, answer: Literal["yes", "no", "unreached"]) -> Tie:
        """What a household says when it is told that it is over. 'yes' closes its tickets; 'no' opens them again, or
        makes one where there is none: the tie's `ticket` says which. All that were told by the same call answer by it.
        The same again changes nothing, 'no' stands, and a word replaces 'unreached'. Raises NotFound.
        """
        async with self._database.writing() as session:
            outage = await outage_rows.whole(session, await outage_rows.one(session, outage_id, lock=True))
            row, ticket = await self._tied(session, outage_id, party)
            now = outage_rows.tie(row, ticket)
            if now.restored == "no":
                if now.ticket:
                    return now
                answer = "no"  # its ticket is wanting still
            elif now.restored == answer or (now.restored and answer == "unreached"):
                return now
            told_together = await self._together(session, now)
            parties = [each.party for each in told_together]
            said = update(TieRow).where(TieRow.outage_id == outage_id, TieRow.party.in_(parties))
            await session.execute(said.values(restored=answer), execution_options={"synchronize_session": False})
            number = ""
            if answer == "yes":
                await self._tickets.verify(session, outage_id, told_together)
            elif answer == "no":
                number = await self._tickets.reopen(session, outage_id, told_together, "not restored")
            if answer != "unreached":
                told = {"id": outage_id, "answer": answer, "households": len(parties), "ticket": number}
                await events.write(session, "outage.answered", told, self._clock())
            where = await self._tickets.where(session, now)
            if answer == "no":
                outage = await outage_remains.join(self._database, session, outage, told_together, self._clock())
        if answer == "no" and not number:
            # a transaction of its own, the same ticket however often it is asked for: killed in between, the same
            # answer finds a tie without a ticket and comes here again
            number = (await self._tickets.register(outage, now, where, row.id)).number
        return await self._noted(outage_id, parties, party, number)

    async def _noted(self, outage_id: int, parties: list[str], party: str, number: str) -> Tie:
        async with self._database.writing() as session:
            if number:
                ticket_id = select(TicketRow.id).where(TicketRow.number == number).scalar_subquery()
                ties = update(TieRow).where(TieRow.outage_id == outage_id, TieRow.party.in_(parties))
                ties = ties.where(TieRow.ticket_id.is_(None)).values(ticket_id=ticket_id)
                await session.execute(ties, execution_options={"synchronize_session": False})
            return outage_rows.tie(*await self._tied(session, outage_id, party))

    async def _together(self, session: AsyncSession, tie: Tie) -> list[Tie]:
        told = [each for each in await outage_ties.every(session, tie.outage_id) if each.step == tie.step]
        return next(list(each.ties) for each in groups(told) if any(one.party == tie.party for one in each.ties))

    async def _tied(self, session: AsyncSession, outage_id: int, party: str) -> tuple[TieRow, str | None]:
        wanted = outage_rows.of_ties(TieRow.outage_id == outage_id, TieRow.party == party)
        found = (await session.execute(wanted)).one_or_none()
        if found is None:
            raise NotFound(f"outage {outage_id} has no such party")
        return found
