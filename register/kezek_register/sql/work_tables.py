"""The tables of work on tickets: its moves, notes, photos, links, and the steps taken when it was late."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kezek_register.sql.tables import Base


class TicketMoveRow(Base):
    """One move of a ticket: who, when, why. Added, never changed."""

    __tablename__ = "ticket_moves"
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    who: Mapped[str]  # a login; 'citizen', 'kezek', or a channel's name
    move: Mapped[str]  # types.Move
    before: Mapped[str]  # the states
    after: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))  # to whom it went
    why: Mapped[str]
    key: Mapped[str | None] = mapped_column(unique=True)  # the same order told twice is one move


class TicketNoteRow(Base):
    __tablename__ = "ticket_notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    who: Mapped[str]
    text: Mapped[str]
    public: Mapped[bool]  # the citizen may read it


class TicketPhotoRow(Base):
    __tablename__ = "ticket_photos"
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    who: Mapped[str]
    file: Mapped[str] = mapped_column(unique=True)  # a name below the photos' folder
    media_type: Mapped[str]
    size: Mapped[int]  # bytes
    words: Mapped[str]


class TicketLinkRow(Base):
    __tablename__ = "ticket_links"
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True, index=True)
    how: Mapped[str]  # duplicate | related | repeat
    at: Mapped[datetime]
    who: Mapped[str]


class EscalationRow(Base):
    """A step of the chain for a late ticket, claimed before it is taken: once for each time its deadline was set."""

    __tablename__ = "escalations"
    __table_args__ = (UniqueConstraint("ticket_id", "round", "step"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    round: Mapped[int]  # grows when the ticket is reopened or goes to another
    step: Mapped[str]  # types.EscalationStep
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    at: Mapped[datetime]
    notice_key: Mapped[str]  # the notice that told them; '' when nobody could be told
