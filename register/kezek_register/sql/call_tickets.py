"""The ticket of a call, whoever writes it and how often."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.numbers import check
from kezek_register.sql import values
from kezek_register.sql.filling import FOLLOWS
from kezek_register.sql.tables import TicketRow
from kezek_register.sql.ticket_base import TicketBase, fields_of_draft, mover_of_draft
from kezek_register.types import NotFound, RegisterError, Ticket


class CallTickets(TicketBase):
    async def number(self) -> str:
        """A registration number for a draft, from this node's stock: it works while SQL is away.

        Raises Unavailable when the stock is empty then.
        """
        return await self._numbering.next()

    async def stock(self) -> int:
        """Fill the stock of numbers now and say how many there are; never raises for a database that is away."""
        with suppress(RegisterError):
            await self._numbering.top_up(self._database.settings.block_size // 2)
        return len(self._numbering)

    async def ensure(self, draft: Ticket) -> Ticket:
        """The call's ticket, with a registration number: made when there is none, brought up to date while no operator
        has confirmed it, left alone afterwards. Idempotent by `draft.call`. What only a machine has heard is nobody's
        to work on: it waits for a confirmation.

        Raises ValueError for a draft with neither call nor number, BadNumber, NotFound (a household or street that is
        not there), Conflict (the draft's own number is another call's) and Unavailable.
        """
        if not draft.call and not draft.number:
            raise ValueError("a ticket is ensured by its call or its number")
        return await self._put(draft, confirm=False)

    async def confirm(self, draft: Ticket) -> Ticket:
        """The ticket as the operator confirmed it: made or updated, by call, else by number; again it keeps its number.
        It goes to whom the rules say; a topic or an address that was mended sends it on as long as nobody took it up.

        A draft with neither is a new ticket each time. Raises as `ensure`; Conflict too when somebody changed the row
        in between.
        """
        return await self._put(draft, confirm=True)

    async def _put(self, draft: Ticket, *, confirm: bool) -> Ticket:
        given = check(draft.number) if draft.number else ""
        filled = await self._filling.fill(draft, self._clock())
        joins = await self._joins(draft, filled)
        # taken before the transaction: reserving a block is a transaction of its own
        number = given or await self._numbering.next()
        async with self._database.writing() as session:
            row = await self._find(session, draft.call, given)
            made = row is None and await self._insert(session, draft, number, filled, confirmed=confirm)
            if row is None:
                row = await self._find(session, draft.call, number)
            if row is None:
                raise NotFound("the ticket went away while it was written")
            if made:
                await self.moving.begin(session, row, mover_of_draft(draft))
                await self._begun(session, row, filled["organisation_id"] if confirm else None, joins)
            elif confirm or not row.confirmed:
                with session.no_autoflush:  # one UPDATE, one new version
                    await self._update(session, row, draft, filled, confirm=confirm)
                    await session.flush()
                await self._told(session, row)
        if not made and not given:
            self._numbering.give_back(number)
        return values.ticket(row)

    async def _update(
        self, session: AsyncSession, row: TicketRow, draft: Ticket, filled: dict[str, object], *, confirm: bool
    ) -> None:
        decided = self._filling.follows(name for name in FOLLOWS if getattr(row, name) != getattr(draft, name))
        first = confirm and not row.confirmed
        for name, value in fields_of_draft(draft).items():
            setattr(row, name, value)
        row.confirmed = confirm
        if decided:
            for name in decided:
                setattr(row, name, filled[name])
            await self.moving.refresh(session, row)
        if session.is_modified(row):
            row.updated_at = self._clock()
        executor = filled["organisation_id"]
        if confirm and (first or decided) and isinstance(executor, int):
            await self._assign(session, row, executor)

    async def _find(self, session: AsyncSession, call: str, number: str) -> TicketRow | None:
        same = TicketRow.call == call if call else TicketRow.number == number
        return await session.scalar(select(TicketRow).where(same).with_for_update())
