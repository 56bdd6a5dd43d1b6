"""The tables of what outlives the waiting line's server. `seen`: the line's moment in which it was so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from kezek_register.sql.tables import Base


class StandingRow(Base):
    __tablename__ = "standing"
    operator: Mapped[str] = mapped_column(primary_key=True)
    seen: Mapped[datetime]
    told: Mapped[dict[str, Any]]


class PromiseRow(Base):
    __tablename__ = "promises"
    call: Mapped[str] = mapped_column(primary_key=True)
    seen: Mapped[datetime]
    told: Mapped[dict[str, Any]]


class SessionRow(Base):
    """`id`: the token's keyed hash, which opens nothing."""

    __tablename__ = "sessions"
    id: Mapped[str] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(index=True)
    until: Mapped[datetime] = mapped_column(index=True)
