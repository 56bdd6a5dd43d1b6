"""The tables of the ladder of overload: its changes, and which operators it has let join which queues."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from kezek_register.sql.tables import Base


class RungChangeRow(Base):
    """`n` is the line's own number of the change."""

    __tablename__ = "rung_changes"
    n: Mapped[int] = mapped_column(BigInteger(), primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    name: Mapped[str]
    by: Mapped[str]
    since: Mapped[datetime]
    why: Mapped[str]
    because: Mapped[dict[str, Any]]
    held: Mapped[bool]


class RungJoinRow(Base):
    """`queues`: those that the ladder has added to what this operator serves; they are taken back, no others."""

    __tablename__ = "rung_joins"
    operator: Mapped[str] = mapped_column(primary_key=True)
    queues: Mapped[list[str]] = mapped_column(JSON())
