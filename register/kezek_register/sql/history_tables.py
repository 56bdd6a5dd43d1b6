"""The tables of what happened: calls and their legs, operators' times, recordings, outbound dialling, the audit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from kezek_register.sql.tables import Base


class CallRow(Base):
    __tablename__ = "calls"
    __table_args__ = (Index(None, "caller", "since"), Index(None, "end", "since"))
    call: Mapped[str] = mapped_column(primary_key=True)
    caller: Mapped[str]
    dialled: Mapped[str]
    language: Mapped[str]
    queue: Mapped[str]
    operator: Mapped[str]
    end: Mapped[str]
    since: Mapped[datetime] = mapped_column(index=True)
    placed_at: Mapped[datetime | None]
    connected_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ticket: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="call")
    of: Mapped[str] = mapped_column(server_default="", index=True)
    priority: Mapped[int] = mapped_column(server_default="0")
    waited_s: Mapped[float] = mapped_column(server_default="0")
    recording: Mapped[str] = mapped_column(server_default="")


class LegRow(Base):
    """One operator's part of a call. The wrap-up is not here: it is the operator's time that began at `finished_at`."""

    __tablename__ = "legs"
    call: Mapped[str] = mapped_column(primary_key=True)
    offer: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    operator: Mapped[str]
    queue: Mapped[str]
    connected_at: Mapped[datetime | None]  # NULL when only its end was told
    finished_at: Mapped[datetime | None]
    talk_s: Mapped[float]
    hold_s: Mapped[float]
    how: Mapped[str]


class OperatorTimeRow(Base):
    """An operator came into a state. When it ended is the next row's beginning: so rows may be written in any order."""

    __tablename__ = "operator_times"
    operator: Mapped[str] = mapped_column(primary_key=True)
    began: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    state: Mapped[str]
    reason: Mapped[str]
    told: Mapped[str]  # sorts what was told within one millisecond: the last one stands


class RecordingRow(Base):
    __tablename__ = "recordings"
    call: Mapped[str] = mapped_column(primary_key=True)
    file: Mapped[str]
    began: Mapped[datetime]
    expires: Mapped[datetime] = mapped_column(index=True)


class OutboundRow(Base):
    """A claim to dial once; never deleted, so that a key is claimed once for ever."""

    __tablename__ = "outbound"
    __table_args__ = (Index(None, "state", "node"),)
    key: Mapped[str] = mapped_column(primary_key=True)
    call: Mapped[str]
    node: Mapped[str]
    claimed_at: Mapped[datetime]
    state: Mapped[str]
    reason: Mapped[str]
    settled_at: Mapped[datetime | None]


class AuditRow(Base):
    """Who looked at whose data; rows are only ever added."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "login", "what", "subject", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    login: Mapped[str]
    what: Mapped[str]
    subject: Mapped[str]
