"""The end of an outage, or of a part of it: one notice for each household, and its tickets reported, in the transaction
that ends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.areas import Area
from kezek_register.notice_types import Notice, NoticeChannel, NoticeKind
from kezek_register.outage_rules import area_body
from kezek_register.outage_types import Closing, Outage, Tie
from kezek_register.sql import notices, outage_homes, outage_needs, outage_ties
from kezek_register.sql.database import Database
from kezek_register.sql.outage_tables import TieRow
from kezek_register.sql.outage_tickets import TicketsOfOutages
from kezek_register.sql.restoration_tables import RestorationRow
from kezek_register.sql.tables import TicketRow, table_of
from kezek_register.tellings import Ending, Group, endings, groups

_CHUNK = 500  # values of one IN


@dataclass(frozen=True, slots=True)
class End:
    """It is over, or a part of it is: `buildings` are that part's, None is all that was left."""

    outage: Outage
    who: str
    now: datetime
    tell_by: NoticeChannel
    why: str = ""
    areas: tuple[Area, ...] = ()
    buildings: frozenset[int] | None = None

    @property
    def step(self) -> int:
        return max((each.step for each in self.outage.restorations), default=0) + 1


async def end(database: Database, tickets: TicketsOfOutages, session: AsyncSession, what: End) -> Closing:
    """Whoever was told by an earlier step is not told again, however the parts overlap (P8, P18)."""
    outage = what.outage
    await _tie_tickets(database, session, outage.id, what.now)
    ties = await outage_ties.every(session, outage.id)
    within = what.buildings
    over = {tie.party for tie in ties if not tie.step and (within is None or tie.building_id in within)}
    ended = endings(ties, over)
    told = await _told(database, session, what, ended)
    gone = [tie for each in ended for tie in each.ties]
    await _mark(session, outage.id, what.step, gone)
    await session.execute(insert(RestorationRow), _row(what, len(told)))
    if within is None:
        return Closing(outage, told, await tickets.report(session, outage.id, what.who))
    numbers = {tie.ticket for tie in gone if tie.ticket}
    homes = {tie.household_id for tie in gone if tie.household_id}

    def there(row: TicketRow) -> bool:
        return row.number in numbers or row.household_id in homes or row.building_id in within

    return Closing(outage, told, await tickets.report(session, outage.id, what.who, there))


async def cancel(
    database: Database,
    tickets: TicketsOfOutages,
    session: AsyncSession,
    outage: Outage,
    now: datetime,
    tell_by: NoticeChannel,
) -> Closing:
    await _tie_tickets(database, session, outage.id, now)
    told = await _tell(database, session, outage, now, tell_by, named(outage))
    return Closing(outage, told, await tickets.untie(session, outage.id))


async def moved(
    database: Database, session: AsyncSession, outage: Outage, entry: int, now: datetime, tell_by: NoticeChannel
) -> tuple[Notice, ...]:
    """Each household is told once of this entry in the history of the expected end."""
    return await _tell(database, session, outage, now, tell_by, f"expected:{entry}", "expected_moved")


def named(outage: Outage) -> str:
    """What the end is called in the keys of its notices. After a mistake that was taken back it is another one: then
    everybody for whom it is not over is told when it really is."""
    return f"restored.{outage.round}" if outage.round else "restored"


async def _told(database: Database, session: AsyncSession, what: End, ended: Sequence[Ending]) -> tuple[Notice, ...]:
    """Who needs help first is told first."""
    needs = await outage_needs.of(session, what.outage.id, [tie for each in ended for tie in each.ties])
    made = []
    for each in ended:
        need = max(needs.get(tie.party, 0) for tie in each.ties)
        one = notice(
            what.outage, each, named(what.outage), "restored", what.tell_by, what.now, step=what.step, need=need
        )
        if one is not None:
            made.append(one)
    told = tuple(sorted(made, key=lambda one: -one.need))
    await notices.write(database, session, told, what.now)
    return told


async def _mark(session: AsyncSession, outage_id: int, step: int, ties: Sequence[Tie]) -> None:
    """What they said before of this outage's end was not said of this one."""
    for some_ties, said in (([tie for tie in ties if tie.restored == "yes"], "yes"), (ties, "")):
        parties = [tie.party for tie in some_ties]
        for begin in range(0, len(parties), _CHUNK):
            here = TieRow.party.in_(parties[begin : begin + _CHUNK])
            over = update(TieRow).where(TieRow.outage_id == outage_id, TieRow.step == 0, here)
            await session.execute(
                over.values(step=step, restored=said), execution_options={"synchronize_session": False}
            )


def _row(what: End, households: int) -> dict[str, Any]:
    return {
        "outage_id": what.outage.id,
        "step": what.step,
        "at": what.now,
        "who": what.who,
        "why": what.why,
        "areas": [area_body(area) for area in what.areas],
        "closes": what.buildings is None,
        "households": households,
        "still_out": 0,
        "taken_back_at": None,
        "taken_back_by": "",
    }


async def _tell(
    database: Database,
    session: AsyncSession,
    outage: Outage,
    now: datetime,
    tell_by: NoticeChannel,
    name: str,
    what: NoticeKind = "restored",
) -> tuple[Notice, ...]:
    """All for whom it is not over."""
    found = groups([tie for tie in await outage_ties.every(session, outage.id) if not tie.step])
    all_of_them = [notice(outage, group, name, what, tell_by, now) for group in found]
    told = tuple(one for one in all_of_them if one is not None)
    await notices.write(database, session, told, now)
    return told


def notice(
    outage: Outage,
    group: Group | Ending,
    name: str,
    what: NoticeKind,
    tell_by: NoticeChannel,
    now: datetime,
    *,
    step: int = 0,
    need: int = 0,
) -> Notice | None:
    """What the group is told, once under this name. None when nobody of it is to be told."""
    teller = group.teller
    if teller is None:
        return None
    return Notice(
        key=f"outage:{outage.id}:{name}:{teller.party}",
        about=f"outage:{outage.id}",
        what=what,
        channel=tell_by,
        address=teller.phone,
        language=teller.language,
        told={
            "outage": outage.id,
            "cancelled": outage.state == "cancelled",
            "topic": outage.topic,
            "cause": outage.cause,
            "starts_at": outage.starts_at.isoformat(),
            "expected_at": outage.expected_at.isoformat() if outage.expected_at else None,
            "ended_at": outage.ended_at.isoformat() if outage.ended_at else None,
            "party": teller.party,
            "parties": [tie.party for tie in group.ties],
            "building_id": teller.building_id,
            "ticket": next((tie.ticket for tie in group.ties if tie.ticket), ""),
            "step": step,
        },
        need=need,
        next_at=now,
        created_at=now,
    )


async def _tie_tickets(database: Database, session: AsyncSession, outage_id: int, now: datetime) -> None:
    """Tickets that were tied without their household: whoever asked by one is told too."""
    tied = select(TieRow.ticket_id).where(TieRow.outage_id == outage_id, TieRow.ticket_id.is_not(None))
    alone = select(TicketRow).where(TicketRow.outage_id == outage_id, TicketRow.id.not_in(tied))
    tickets = list(await session.scalars(alone.order_by(TicketRow.id)))
    asked = [
        Tie(
            outage_id,
            "",
            ticket.caller,
            ticket.language,
            household_id=ticket.household_id,
            building_id=ticket.building_id,
            flat=ticket.flat,
            call=ticket.call or "",
        )
        for ticket in tickets
    ]
    known = await outage_homes.known(session, asked)
    rows: list[dict[str, Any]] = [
        {
            "outage_id": outage_id,
            "party": tie.party,
            "household_id": tie.household_id,
            "building_id": tie.building_id,
            "flat": tie.flat,
            "phone": tie.phone,
            "language": tie.language,
            "call": tie.call,
            "calls": 1,
            "ticket_id": ticket.id,
            "tell": True,
            "at": now,
            "restored": "",
        }
        for ticket, tie in zip(tickets, known, strict=True)
        if tie.party
    ]
    if rows:
        made = database.insert(table_of(TieRow)).on_conflict_do_nothing(index_elements=["outage_id", "party"])
        await session.execute(made, rows)
