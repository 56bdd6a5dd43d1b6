"""The tables of who answers for what: organisations, kinds of assets, rules, and the services for emergencies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from kezek_register.sql.tables import Base


class OrganisationRow(Base):
    __tablename__ = "organisations"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, Any]]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))  # its head: the second step when late
    foreign: Mapped[bool]  # not the city's own: what is theirs is passed to them and followed under the same number
    hours: Mapped[str]  # a calendar's name in the site's rules; '' is day and night
    phone: Mapped[str]  # of the one on duty
    channel: Mapped[str]  # types.NoticeChannel: how a ticket reaches it
    address: Mapped[str]  # where: a number, a URL; '' for its page alone
    active: Mapped[bool] = mapped_column(server_default=true())
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - declared by the base class


class AssetKindRow(Base):
    __tablename__ = "asset_kinds"
    code: Mapped[str] = mapped_column(primary_key=True)  # water_pipe, lift, street_light, ...
    names: Mapped[dict[str, Any]]
    position: Mapped[int]


class DutyRow(Base):
    """A rule: for this kind of asset, in this area, that organisation answers. The narrower area wins."""

    __tablename__ = "duties"
    __table_args__ = (Index(None, "asset_kind", "scope"), UniqueConstraint("asset_kind", "area"))
    id: Mapped[int] = mapped_column(primary_key=True)
    asset_kind: Mapped[str] = mapped_column(ForeignKey("asset_kinds.code"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    # the area: types.Area; what its scope does not need is NULL or ''
    scope: Mapped[str]
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"), index=True)
    street_id: Mapped[int | None] = mapped_column(ForeignKey("streets.id"), index=True)
    building_id: Mapped[int | None] = mapped_column(ForeignKey("buildings.id"), index=True)
    part_id: Mapped[int | None] = mapped_column(ForeignKey("network_parts.id"), index=True)
    house_from: Mapped[str]
    house_to: Mapped[str]
    parity: Mapped[str]
    area: Mapped[str]  # all of this in one spelling (duty_areas.key): one kind has one rule for one area
    note: Mapped[str]  # why it is so: a contract, a decision
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class EmergencyRow(Base):
    """A hand-off to an emergency service, and what became of it."""

    __tablename__ = "emergencies"
    id: Mapped[int] = mapped_column(primary_key=True)
    call: Mapped[str] = mapped_column(index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    service: Mapped[str]  # 102, 103, 104, 112, or a region's own number
    how: Mapped[str]  # transfer | conference | sms | webhook | operator
    context: Mapped[str]  # what was said or sent to them
    answers: Mapped[dict[str, Any]]  # question -> answer
    handed_at: Mapped[datetime]
    handed_by: Mapped[str]
    outcome: Mapped[str]  # '' while it is open
    outcome_at: Mapped[datetime | None]
    outcome_by: Mapped[str]
