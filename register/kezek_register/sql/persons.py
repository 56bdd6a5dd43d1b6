"""The end of keeping a person's data: at his wish, at once; by rule, when it is old. Tickets and figures remain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, cast, delete, exists, or_, select, update

from kezek_register.redact import spellings
from kezek_register.sql import person
from kezek_register.sql.database import Database
from kezek_register.sql.history_tables import AuditRow, CallRow, RecordingRow
from kezek_register.sql.notice_tables import NoticeRow, WebhookEventRow
from kezek_register.sql.outage_tables import OutageRow, TieRow
from kezek_register.sql.photo_files import OVER
from kezek_register.sql.tables import HouseholdRow, PhoneRow, TicketRow
from kezek_register.sql.work_tables import TicketPhotoRow
from kezek_register.types import PERSONAL_DETAILS, RegisterError

ENDED = ("closed", "refused")
LONGEST = 40  # characters of a number


class NoNumber(RegisterError):
    code = "bad_number"


@dataclass(frozen=True, slots=True)
class Erased:
    """How much of a person there was. `recordings`: (call, file), and `photos`: (id, file), whose time is over now:
    their files are the caller's business."""

    tickets: int
    calls: int
    households: int
    notices: int
    outages: int
    recordings: tuple[tuple[str, str], ...] = ()
    photos: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Forgotten:
    calls: int = 0
    tickets: int = 0
    ties: int = 0
    notices: int = 0
    events: int = 0

    def __bool__(self) -> bool:
        return any((self.calls, self.tickets, self.ties, self.notices, self.events))


class Persons:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def erase(self, phone: str, who: str, subject: str) -> Erased:
        """Whoever has this number is nowhere any more: household, tickets, calls, notices, ties to outages. In one
        transaction with its row in the audit, which says `who` did it and `subject`: never the number in clear.

        Raises NoNumber for what is none. Backups made before still know him.
        """
        if not any(sign.isdecimal() for sign in phone) or len(phone) > LONGEST:
            raise NoNumber("a telephone number, +77009990109 say")
        phones, now = spellings(phone), self._clock()
        async with self._database.writing() as session:
            homes = list(
                await session.scalars(
                    select(HouseholdRow)
                    .join(PhoneRow, PhoneRow.household_id == HouseholdRow.id)
                    .where(PhoneRow.phone.in_(phones))
                )
            )
            names = [home.person for home in homes if home.person]
            for home in homes:
                home.person = ""
            await session.execute(delete(PhoneRow).where(PhoneRow.phone.in_(phones)))
            tickets = list(await session.scalars(select(TicketRow).where(TicketRow.caller.in_(phones))))
            photos = await person.out_of_tickets(session, tickets, names)
            await person.out_of_details(session, phones)
            calls = list(
                await session.scalars(
                    select(CallRow.call).where(or_(CallRow.caller.in_(phones), CallRow.dialled.in_(phones)))
                )
            )
            await person.out_of_calls(session, calls, phones)
            recorded: list[tuple[str, str]] = []
            for begin in range(0, len(calls), person.BATCH):
                mine = RecordingRow.call.in_(calls[begin : begin + person.BATCH])
                over = update(RecordingRow).where(mine).values(expires=now)
                found = await session.execute(over.returning(RecordingRow.call, RecordingRow.file))
                recorded += [(call, file) for call, file in found]
            notices = list(await session.scalars(select(NoticeRow).where(NoticeRow.address.in_(phones))))
            await person.out_of_notices(session, notices, now)
            ties = list(await session.scalars(select(TieRow).where(TieRow.phone.in_(phones))))
            await person.out_of_ties(session, ties)
            session.add(AuditRow(login=who, what="erased", subject=subject, at=now))
        return Erased(len(tickets), len(calls), len(homes), len(notices), len(ties), tuple(recorded), tuple(photos))

    async def forget(
        self,
        *,
        calls: datetime | None = None,
        tickets: datetime | None = None,
        notices: datetime | None = None,
        events: datetime | None = None,
        limit: int = 500,
    ) -> Forgotten:
        """What is older than these moments (None: kept for ever), at most `limit` rows of each kind: again until
        nothing is left. Calls by their beginning, tickets by their end, notices by when they were settled; events are
        deleted, and tickets' photos are to be (photo_files.py). One transaction; it is noted in the audit."""
        now = self._clock()
        async with self._database.writing() as session:
            old_calls: list[str] = []
            if calls is not None:
                wanted = select(CallRow.call).where(CallRow.since < calls, CallRow.caller != "")
                old_calls = list(await session.scalars(wanted.order_by(CallRow.since).limit(limit)))
                await person.out_of_calls(session, old_calls)
            old_tickets: list[TicketRow] = []
            ties: list[TieRow] = []
            if tickets is not None:
                photo = exists().where(TicketPhotoRow.ticket_id == TicketRow.id, TicketPhotoRow.media_type != OVER)
                somebody = or_(*(field != "" for field in _PERSONAL), *_PERSONAL_DETAILS, photo)
                ended = select(TicketRow).where(TicketRow.state.in_(ENDED), TicketRow.closed_at < tickets, somebody)
                old_tickets = list(await session.scalars(ended.limit(limit)))
                await person.out_of_tickets(session, old_tickets)
                over = select(TieRow).join(OutageRow, OutageRow.id == TieRow.outage_id)
                over = over.where(OutageRow.ended_at < tickets, TieRow.phone != "").limit(limit)
                ties = list(await session.scalars(over))
                await person.out_of_ties(session, ties)
            old_notices: list[NoticeRow] = []
            if notices is not None:
                told = select(NoticeRow).where(NoticeRow.settled_at < notices, NoticeRow.address != "").limit(limit)
                old_notices = list(await session.scalars(told))
                await person.out_of_notices(session, old_notices, now)
            gone = 0
            if events is not None:
                first = select(WebhookEventRow.id).where(WebhookEventRow.at < events).limit(limit)
                numbers = list(await session.scalars(first))
                if numbers:
                    await session.execute(delete(WebhookEventRow).where(WebhookEventRow.id.in_(numbers)))
                gone = len(numbers)
            done = Forgotten(len(old_calls), len(old_tickets), len(ties), len(old_notices), gone)
            if done.calls or done.tickets or done.ties or done.notices:
                said = f"calls={done.calls} tickets={done.tickets} outages={done.ties} notices={done.notices}"
                session.add(AuditRow(login="kezek", what="retention", subject=said, at=now))
        return done


_PERSONAL = (TicketRow.caller, TicketRow.requester, TicketRow.words, TicketRow.note)
_PERSONAL_DETAILS = [cast(TicketRow.details, Text).contains(f'"{name}"') for name in PERSONAL_DETAILS]
