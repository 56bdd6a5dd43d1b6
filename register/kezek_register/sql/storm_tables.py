"""The tables of mass outages before they are outages: what was reported, what is suspected of it, who looks, what is
usual; and what callers add to an outage that is known."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kezek_register.sql.tables import Base


class TroubleReportRow(Base):
    """A voice (trouble_types.Trouble). Mended it is another row under the same key: whoever reads on by `id` sees it
    once more, so no id may come twice. It refers to nothing: places may leave the register, a report is of its day."""

    __tablename__ = "trouble_reports"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(index=True)  # by the clock of whoever took it
    arrived_at: Mapped[datetime] = mapped_column(index=True)
    source: Mapped[str]  # detection.types.ReportSource
    topic: Mapped[str]  # '': taken back
    says: Mapped[str]  # out | on
    street_id: Mapped[int | None]
    house: Mapped[str]
    building_id: Mapped[int | None]
    part_id: Mapped[int | None]
    party: Mapped[str]  # 'household:55', 'phone:<keyed hash>', 'sensor:<id>': no number of anybody
    sure: Mapped[float]
    call: Mapped[str] = mapped_column(index=True)
    suspicion_id: Mapped[int | None] = mapped_column(index=True)


class SuspicionRow(Base):
    __tablename__ = "suspicions"
    __table_args__ = (Index(None, "state", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]  # detection.types.SuspicionState
    topic: Mapped[str]
    areas: Mapped[list[Any]] = mapped_column(JSON)  # outage_rules.area_body of each
    reports: Mapped[int]
    parties: Mapped[int]
    households: Mapped[int]
    special_needs: Mapped[int]  # buildings where somebody needs help first
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    span_s: Mapped[float]
    usual: Mapped[float]
    certainty: Mapped[float]
    score: Mapped[float]
    against: Mapped[int]
    of: Mapped[list[Any]] = mapped_column(JSON)  # ids of those it was made of
    grown: Mapped[list[Any]] = mapped_column(JSON)  # [moment, households] of each growth
    outage_id: Mapped[int | None] = mapped_column(ForeignKey("outages.id"), index=True)
    opened_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str]  # a login, or 'rule'
    why: Mapped[str]


class CrewWordRow(Base):
    """What who is there has said (trouble_types.CrewWord), as long as there is the suspicion, or the outage."""

    __tablename__ = "crew_words"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    says: Mapped[str]  # out | on
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    by: Mapped[str]  # a login
    areas: Mapped[list[Any]] = mapped_column(JSON)  # outage_rules.area_body of each; [] is all of it
    why: Mapped[str]
    suspicion_id: Mapped[int | None] = mapped_column(ForeignKey("suspicions.id", ondelete="CASCADE"), index=True)
    outage_id: Mapped[int | None] = mapped_column(ForeignKey("outages.id", ondelete="CASCADE"), index=True)


class LeaseRow(Base):
    """What one node at a time does. `until`: by the database's clock; `told`: what its holder leaves to the next."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(primary_key=True)
    node: Mapped[str]
    until: Mapped[datetime]
    told: Mapped[dict[str, Any]]


class UsualCountRow(Base):
    """How many reports there were. `hour`: 0 to 167 of the week that begins on Monday, in the town's time, -1 is all of
    them; `territory_id` 0 is the whole town; a row of topic '' counts the days that were looked at."""

    __tablename__ = "usual_counts"
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 202611
    topic: Mapped[str] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]


class AdditionRow(Base):
    """What somebody adds to a known outage: a wire on the ground, a patient at home, a lift. Each once."""

    __tablename__ = "outage_additions"
    id: Mapped[int] = mapped_column(primary_key=True)
    outage_id: Mapped[int] = mapped_column(ForeignKey("outages.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(unique=True)  # '<outage>:call:<call>:<code>'
    at: Mapped[datetime]
    code: Mapped[str]  # of the urgencies that speech knows, or 'other'
    words: Mapped[str]
    call: Mapped[str] = mapped_column(index=True)
    ticket: Mapped[str]  # number
    street_id: Mapped[int | None]
    house: Mapped[str]
    flat: Mapped[str]
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str]
    note: Mapped[str]
