"""What is put to a ticket beside its moves: notes, photos, links to other tickets."""

from __future__ import annotations

import builtins
from typing import Literal, cast

from sqlalchemy import ColumnElement, and_, delete, or_, select

from kezek_register.moves import Mover
from kezek_register.numbers import check
from kezek_register.sql import events
from kezek_register.sql.audit import changed
from kezek_register.sql.photo_files import OVER
from kezek_register.sql.tables import TicketRow
from kezek_register.sql.ticket_base import TicketBase
from kezek_register.sql.work_tables import TicketLinkRow, TicketNoteRow, TicketPhotoRow
from kezek_register.ticket_types import TicketLink, TicketNote, TicketPhoto
from kezek_register.types import Conflict, NotFound

How = Literal["duplicate", "related", "repeat"]


class TicketPapers(TicketBase):
    """Each verb raises BadNumber, NotFound and Unavailable."""

    async def note(self, number: str, who: Mover, text: str, *, public: bool = False) -> TicketNote:
        """`public`: the citizen may read it."""
        note = TicketNote(self._clock(), who.who, text, public)
        async with self._database.writing() as session:
            ticket_id = await self._id(session, number)
            session.add(TicketNoteRow(ticket_id=ticket_id, at=note.at, who=note.who, text=text, public=public))
            changed(session, who, "ticket_note", check(number), note.at)
        return note

    async def notes(self, number: str, *, public: bool = False) -> builtins.list[TicketNote]:
        """In their order; `public`: only what the citizen may read."""
        async with self._database.reading() as session:
            wanted = select(TicketNoteRow).where(TicketNoteRow.ticket_id == await self._id(session, number))
            if public:
                wanted = wanted.where(TicketNoteRow.public)
            rows = await session.scalars(wanted.order_by(TicketNoteRow.id))
            return [TicketNote(row.at, row.who, row.text, row.public) for row in rows]

    async def photo(
        self, number: str, who: Mover, file: str, media_type: str, size: int, words: str = ""
    ) -> TicketPhoto:
        """Notes a photo whose file is kept already (photos.py). Conflict when the file is another photo's."""
        at = self._clock()
        async with self._database.writing() as session:
            row = TicketPhotoRow(
                ticket_id=await self._id(session, number), at=at, who=who.who, file=file, media_type=media_type,
                size=size, words=words,
            )  # fmt: skip
            session.add(row)
            await session.flush()
            body = {"number": (await session.get_one(TicketRow, row.ticket_id)).number, "photo": row.id}
            await events.write(session, "ticket.photo", body, at)
            changed(session, who, "photo_added", f"{body['number']}/{row.id}", at)
            return _photo(row)

    async def photos(self, number: str) -> builtins.list[TicketPhoto]:
        """In their order."""
        async with self._database.reading() as session:
            wanted = select(TicketPhotoRow).where(
                TicketPhotoRow.ticket_id == await self._id(session, number), TicketPhotoRow.media_type != OVER
            )
            return [_photo(row) for row in await session.scalars(wanted.order_by(TicketPhotoRow.id))]

    async def photo_of(self, number: str, photo_id: int) -> TicketPhoto:
        """Of this ticket, not of another."""
        async with self._database.reading() as session:
            row = await session.get(TicketPhotoRow, photo_id)
            if row is None or row.media_type == OVER or row.ticket_id != await self._id(session, number):
                raise NotFound("the ticket has no such photo")
            return _photo(row)

    async def link(self, number: str, other: str, how: How, who: Mover) -> None:
        """Two tickets belong together, seen from either. Said again, the newer word stands. Conflict: with itself."""
        async with self._database.writing() as session:
            ticket_id, other_id = await self._id(session, number), await self._id(session, other)
            if ticket_id == other_id:
                raise Conflict("a ticket is not linked with itself")
            row = await session.scalar(select(TicketLinkRow).where(_between(ticket_id, other_id)))
            at = self._clock()
            changed(session, who, "ticket_link", f"{check(number)}/{check(other)}", at)
            if row is None:
                session.add(TicketLinkRow(ticket_id=ticket_id, other_id=other_id, how=how, at=at, who=who.who))
            else:
                row.how, row.who = how, who.who

    async def unlink(self, number: str, other: str) -> None:
        async with self._database.writing() as session:
            ticket_id, other_id = await self._id(session, number), await self._id(session, other)
            await session.execute(delete(TicketLinkRow).where(_between(ticket_id, other_id)))

    async def links(self, number: str) -> builtins.list[TicketLink]:
        """To other tickets, the oldest first."""
        async with self._database.reading() as session:
            ticket_id = await self._id(session, number)
            to = select(TicketRow.number, TicketLinkRow.how, TicketLinkRow.at)
            there = to.join(TicketLinkRow, TicketLinkRow.other_id == TicketRow.id)
            back = to.join(TicketLinkRow, TicketLinkRow.ticket_id == TicketRow.id)
            found = [
                *await session.execute(there.where(TicketLinkRow.ticket_id == ticket_id)),
                *await session.execute(back.where(TicketLinkRow.other_id == ticket_id)),
            ]
        return [TicketLink(row.number, cast("How", row.how)) for row in sorted(found, key=lambda row: row.at)]


def _between(one: int, other: int) -> ColumnElement[bool]:
    there = and_(TicketLinkRow.ticket_id == one, TicketLinkRow.other_id == other)
    back = and_(TicketLinkRow.ticket_id == other, TicketLinkRow.other_id == one)
    return or_(there, back)


def _photo(row: TicketPhotoRow) -> TicketPhoto:
    return TicketPhoto(row.id, row.at, row.who, row.file, row.media_type, row.size, row.words)
