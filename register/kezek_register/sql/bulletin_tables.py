"""The tables of what is said to callers first of all, and of what a person has recorded for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kezek_register.sql.tables import Base


class BulletinRow(Base):
    __tablename__ = "bulletins"
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(index=True)  # bulletin_types.BulletinState
    words: Mapped[dict[str, Any]] = mapped_column(JSON)  # language -> what is spoken
    areas: Mapped[list[Any]] = mapped_column(JSON)  # outage_rules.area_body of each; [] is everybody
    pack: Mapped[str]
    until: Mapped[datetime | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    published_by: Mapped[str]
    published_at: Mapped[datetime | None]
    stopped_by: Mapped[str]
    stopped_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - declared by the base class


class BulletinSoundRow(Base):
    """What a person has spoken: a WAV, 16-bit mono at 8 kHz, as base64, so that a backup is plain text."""

    __tablename__ = "bulletin_sounds"
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletins.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    sound: Mapped[str]
