"""The tables of outages and planned works: where, what, until when, who is concerned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from kezek_register.sql.tables import Base


class OutageRow(Base):
    __tablename__ = "outages"
    __table_args__ = (Index(None, "state", "starts_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str | None] = mapped_column(
        unique=True
    )  # the owner's own name for it, when it came by a file or a door
    state: Mapped[str]  # types.OutageState
    level: Mapped[int]  # 3 planned, 2 internal, 1 external
    topic: Mapped[str]  # what is missing: a code of the topics' tree
    asset_kind: Mapped[str]
    cause: Mapped[str]  # a code of outages.CAUSES: it is spoken
    words: Mapped[dict[str, Any]]  # language -> what is published beside it
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    expected_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ends_itself: Mapped[bool] = mapped_column(server_default=false())  # at `expected_at`, without anybody's word
    begun: Mapped[bool] = mapped_column(server_default=false())  # programs have been told that it began
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(index=True)  # what is left of that one; outages are never deleted
    announced_at: Mapped[datetime | None]
    round: Mapped[int] = mapped_column(server_default="0")  # how often an end of it was taken back
    chain: Mapped[int] = mapped_column(server_default="0")  # how often the call-out chain was begun
    chain_at: Mapped[datetime | None]  # when it was begun last; NULL while nobody is being called out
    chain_by: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - declared by the base class


class OutageAreaRow(Base):
    """A part of an outage's area (types.Area), never changed: a mended area is other rows."""

    __tablename__ = "outage_areas"
    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outages.id", ondelete="CASCADE"), index=True)
    scope: Mapped[str]
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"), index=True)
    street_id: Mapped[int | None] = mapped_column(ForeignKey("streets.id"), index=True)
    building_id: Mapped[int | None] = mapped_column(ForeignKey("buildings.id"), index=True)
    part_id: Mapped[int | None] = mapped_column(ForeignKey("network_parts.id"), index=True)
    house_from: Mapped[str]
    house_to: Mapped[str]
    parity: Mapped[str]


class OutageExpectationRow(Base):
    """Each time that an end was expected, and why it moved."""

    __tablename__ = "outage_expectations"
    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outages.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    who: Mapped[str]
    expected_at: Mapped[datetime | None]
    why: Mapped[str]


class OutageStepRow(Base):
    """A line of its checklist, or one to be called out; in their order."""

    __tablename__ = "outage_steps"
    __table_args__ = (UniqueConstraint("outage_id", "list", "position"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outages.id", ondelete="CASCADE"))
    list: Mapped[str]  # checklist | call_out
    position: Mapped[int]
    code: Mapped[str]  # of the site's lists; their words are there, in four languages
    phone: Mapped[str]  # of the one to be called out
    asked_at: Mapped[datetime | None]  # when the chain came to him
    answer: Mapped[str] = mapped_column(server_default="")  # types.CallOutAnswer
    done_at: Mapped[datetime | None]
    done_by: Mapped[str]
    note: Mapped[str]


class TieRow(Base):
    """A household that is concerned and has asked: told once when it is over."""

    __tablename__ = "outage_ties"
    __table_args__ = (UniqueConstraint("outage_id", "party"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outages.id", ondelete="CASCADE"))
    party: Mapped[str]  # 'household:55', else 'flat:<building>:<flat>', else 'phone:+7...'
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"))
    building_id: Mapped[int | None] = mapped_column(ForeignKey("buildings.id"))
    flat: Mapped[str]
    phone: Mapped[str]
    language: Mapped[str]
    call: Mapped[str]  # the first one
    calls: Mapped[int]  # how many asked so far
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    tell: Mapped[bool]  # wants to be told
    at: Mapped[datetime]
    restored: Mapped[str]  # types.Verified: what he says when he is told that it is over
    step: Mapped[int] = mapped_column(server_default="0")  # of the end, by which it is over for this one; 0: not yet


class TieCallRow(Base):
    """A call that asked about it: the same call twice, a restart between, counts once."""

    __tablename__ = "outage_calls"
    outage_id: Mapped[int] = mapped_column(ForeignKey("outages.id", ondelete="CASCADE"), primary_key=True)
    call: Mapped[str] = mapped_column(primary_key=True)
