"""The tables of an outage's end: the parts that were restored one after the other, and who was helped first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from kezek_register.sql.tables import Base


class RestorationRow(Base):
    """A step of an outage's end, or the end itself (`closes`). What was a mistake is taken back and stays here."""

    __tablename__ = "outage_restorations"
    __table_args__ = (UniqueConstraint("outage_id", "step"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outages.id", ondelete="CASCADE"))
    step: Mapped[int]  # 1, 2, ... in an outage; its ties name it
    at: Mapped[datetime]
    who: Mapped[str]
    why: Mapped[str]
    areas: Mapped[list[Any]] = mapped_column(JSON)  # as outage_rules.area_body says them; [] is all that was left
    closes: Mapped[bool] = mapped_column(server_default=false())
    households: Mapped[int]  # that were told by it
    still_out: Mapped[int] = mapped_column(server_default="0")  # of them, those who had said so when it was taken back
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[str] = mapped_column(server_default="")


class FirstHelpRow(Base):
    """A building where somebody needs help first, and what was done about it in this outage."""

    __tablename__ = "outage_first_help"
    outage_id: Mapped[int] = mapped_column(ForeignKey("outages.id", ondelete="CASCADE"), primary_key=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("buildings.id", ondelete="CASCADE"), primary_key=True)
    done_at: Mapped[datetime]
    done_by: Mapped[str]
    note: Mapped[str]
