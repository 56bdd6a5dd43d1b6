"""What of a row is a person's, and the row without him: tickets and figures remain. Inside somebody's transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Text, cast, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.redact import redacted, spellings
from kezek_register.sql.duty_tables import EmergencyRow
from kezek_register.sql.history_tables import CallRow
from kezek_register.sql.notice_tables import NoticeRow
from kezek_register.sql.outage_tables import TieRow
from kezek_register.sql.photo_files import OVER
from kezek_register.sql.storm_tables import AdditionRow, TroubleReportRow
from kezek_register.sql.tables import TicketRow
from kezek_register.sql.work_tables import TicketMoveRow, TicketNoteRow, TicketPhotoRow
from kezek_register.types import PERSONAL_DETAILS

BATCH = 500  # rows of one IN


async def out_of_tickets(
    session: AsyncSession, rows: Sequence[TicketRow], names: Collection[str] = ()
) -> list[tuple[int, str]]:
    """Caller, requester and his words go; what others wrote of the work stays, without his number and name. No photo
    is shown any more: (id, file) of each, whose file is to be deleted (photo_files.py)."""
    photos: list[tuple[int, str]] = []
    for row in rows:
        await session.execute(update(AdditionRow).where(AdditionRow.ticket == row.number).values(words=""))
        phones = spellings(row.caller) if row.caller else ()
        known = [*names, row.requester]
        for papers, field in ((TicketNoteRow, "text"), (TicketMoveRow, "why")):
            for paper in await session.scalars(select(papers).where(papers.ticket_id == row.id)):
                setattr(paper, field, redacted(getattr(paper, field), phones, known))
        for photo in await session.scalars(select(TicketPhotoRow).where(TicketPhotoRow.ticket_id == row.id)):
            photo.words, photo.media_type = "", OVER
            photos.append((photo.id, photo.file))
        row.answer = redacted(row.answer, phones, known)
        row.caller = row.requester = row.words = row.note = ""
        row.details = {name: value for name, value in row.details.items() if name not in PERSONAL_DETAILS}
    await session.flush()
    return photos


async def out_of_details(session: AsyncSession, phones: Collection[str]) -> None:
    """His number, where somebody else gave it as the one to call back."""
    said = cast(TicketRow.details, Text)
    told = or_(*(said.contains(phone, autoescape=True) for phone in phones))
    for row in await session.scalars(select(TicketRow).where(told)):
        if row.details.get("phone") in phones:
            row.details = {name: value for name, value in row.details.items() if name != "phone"}
    await session.flush()


async def out_of_calls(session: AsyncSession, calls: Sequence[str], phones: Collection[str] = ()) -> None:
    for begin in range(0, len(calls), BATCH):
        some = calls[begin : begin + BATCH]
        await session.execute(update(CallRow).where(CallRow.call.in_(some)).values(caller=""))
        if phones:  # he was the one who was dialled
            dialled = update(CallRow).where(CallRow.call.in_(some), CallRow.dialled.in_(tuple(phones)))
            await session.execute(dialled.values(dialled=""))
        told = update(EmergencyRow).where(EmergencyRow.call.in_(some))
        await session.execute(told.values(context="", answers={}))
        added = update(AdditionRow).where(AdditionRow.call.in_(some))
        await session.execute(added.values(words=""))
        # whose voice it was is told by no number, but nobody is to find it by one either
        voices = update(TroubleReportRow).where(TroubleReportRow.call.in_(some))
        await session.execute(voices.values(party="erased:" + cast(TroubleReportRow.id, Text)))


async def out_of_notices(session: AsyncSession, rows: Sequence[NoticeRow], now: datetime) -> None:
    """Whoever is not told yet is told no more: there is no number any more."""
    for row in rows:
        if row.state == "pending":
            row.state, row.result, row.settled_at = "dropped", "erased", now
        if row.address and row.address in row.key:
            row.key = row.key.replace(row.address, f"erased:{row.id}")
        row.address, row.told = "", {}
    await session.flush()


async def out_of_ties(session: AsyncSession, rows: Sequence[TieRow]) -> None:
    for row in rows:
        if row.phone and row.phone in row.party:
            row.party = f"erased:{row.id}"
        row.phone, row.tell = "", False
    await session.flush()
