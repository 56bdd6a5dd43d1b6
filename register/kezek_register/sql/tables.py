"""The tables, as mapped classes; the history's are in history_tables.py. A relation that was not asked for raises
instead of querying behind one's back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """Moments with a zone in Python; stored in UTC, in SQLite without saying so."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CleanText(TypeDecorator[str]):
    """Text of any length without what PostgreSQL cannot hold (NUL) and UTF-8 cannot say (lone surrogates)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.replace("\0", "").encode("utf-8", "replace").decode()


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: CleanText(),
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
    }


def table_of(row: type[Base]) -> Table:
    """The table itself: a statement of it goes to the driver without the unit of work's ways."""
    table = row.__table__
    assert isinstance(table, Table)  # noqa: S101 - none of ours is mapped to anything else
    return table


class Revision(Base):
    """How often something was changed as a whole: what is kept in memory is read again when this has moved."""

    __tablename__ = "revisions"
    name: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]


class StreetRow(Base):
    __tablename__ = "streets"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)  # the town's own: by it a later file finds the street again
    kind: Mapped[str]
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"), index=True)
    names: Mapped[list[StreetNameRow]] = relationship(lazy="raise", order_by="StreetNameRow.id")


class StreetNameRow(Base):
    __tablename__ = "street_names"
    __table_args__ = (
        Index(
            "ix_street_names_search",
            "search",
            postgresql_using="gin",
            postgresql_ops={"search": "gin_trgm_ops"},
        ),  # SQLite's trigrams live in memory (sql/trigrams.py); there it is a plain one
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    street_id: Mapped[int] = mapped_column(ForeignKey("streets.id", ondelete="CASCADE"), index=True)
    language: Mapped[str]
    name: Mapped[str]
    other: Mapped[bool]  # old or spoken, not on the sign
    search: Mapped[str] = mapped_column(server_default="")  # the name in plain letters (skeleton.py), without its kind


class BuildingRow(Base):
    __tablename__ = "buildings"
    __table_args__ = (UniqueConstraint("street_id", "house"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    street_id: Mapped[int] = mapped_column(ForeignKey("streets.id"))
    house: Mapped[str]
    entrances: Mapped[int | None]
    flats: Mapped[int | None]
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"), index=True)  # NULL: as its street
    people: Mapped[int | None]
    lifts: Mapped[int | None]
    special_needs: Mapped[str] = mapped_column(server_default="")  # in words: who needs help first when something fails
    lon: Mapped[float | None]  # WGS 84, degrees
    lat: Mapped[float | None]
    street: Mapped[StreetRow] = relationship(lazy="raise")


class HouseholdRow(Base):
    __tablename__ = "households"
    __table_args__ = (UniqueConstraint("building_id", "flat"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("buildings.id"))
    flat: Mapped[str]
    person: Mapped[str]
    language: Mapped[str]
    building: Mapped[BuildingRow] = relationship(lazy="raise")
    phones: Mapped[list[PhoneRow]] = relationship(lazy="raise", order_by="PhoneRow.position")


class PhoneRow(Base):
    __tablename__ = "household_phones"
    phone: Mapped[str] = mapped_column(primary_key=True)  # E.164: a number leads to one household
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]


class TopicRow(Base):
    __tablename__ = "topics"
    code: Mapped[str] = mapped_column(primary_key=True)
    parent: Mapped[str]
    position: Mapped[int]
    names: Mapped[dict[str, Any]]
    # what a ticket of this topic begins with; '' and NULL: as the parent says
    kind: Mapped[str] = mapped_column(server_default="")  # types.TicketKind
    asset_kind: Mapped[str] = mapped_column(server_default="")
    accident: Mapped[bool] = mapped_column(
        server_default=false()
    )  # its deadline runs by the clock, not by working days
    allowed_hours: Mapped[int | None]
    allowed_days: Mapped[int | None]  # working days
    emergency: Mapped[str] = mapped_column(server_default="")  # the service's number (104, say): hand-off at once


class TicketRow(Base):
    __tablename__ = "tickets"
    __table_args__ = (Index(None, "household_id", "state"), Index(None, "state", "created_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    call: Mapped[str | None] = mapped_column(unique=True)  # NULL when entered by hand
    caller: Mapped[str] = mapped_column(index=True)
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"))
    street_id: Mapped[int | None] = mapped_column(ForeignKey("streets.id"))
    street: Mapped[str]
    house: Mapped[str]
    flat: Mapped[str]
    topic: Mapped[str]
    words: Mapped[str]
    note: Mapped[str]
    language: Mapped[str]
    operator: Mapped[str]
    confirmed: Mapped[bool]
    provenance: Mapped[dict[str, Any]]
    confidence: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(server_default="incident")  # types.TicketKind
    channel: Mapped[str] = mapped_column(server_default="call")  # types.Channel
    building_id: Mapped[int | None] = mapped_column(ForeignKey("buildings.id"), index=True)
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"), index=True)
    asset_kind: Mapped[str] = mapped_column(server_default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)  # its executor
    outage_id: Mapped[int | None] = mapped_column(ForeignKey("outages.id"), index=True)
    # the deadline's inputs; what it comes to is worked out (deadlines.py), `due_at` only lets SQL sort and filter by it
    clock_from: Mapped[datetime | None]
    allowed_hours: Mapped[int | None]
    allowed_days: Mapped[int | None]
    accident: Mapped[bool] = mapped_column(server_default=false())  # allowed_hours run by the clock
    due_at: Mapped[datetime | None] = mapped_column(index=True)  # NULL: no deadline, paused, or closed
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    answer: Mapped[str] = mapped_column(server_default="")  # what the citizen is told
    verified: Mapped[str] = mapped_column(server_default="")  # types.Verified: what the citizen says
    requester: Mapped[str] = mapped_column(server_default="")  # a name the citizen gave
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    updated_at: Mapped[datetime | None]
    details: Mapped[dict[str, Any]] = mapped_column(server_default="{}")  # types.DETAILS: name -> what was said
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - declared by the base class


class NumberYearRow(Base):
    """The next registration number of a year that no block holds yet."""

    __tablename__ = "number_years"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    next: Mapped[int]


class NumberBlockRow(Base):
    """Who holds which numbers; kept so that a hole in the numbering can be explained."""

    __tablename__ = "number_blocks"
    __table_args__ = (UniqueConstraint("year", "first"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    first: Mapped[int]
    last: Mapped[int]
    node: Mapped[str]
    reserved_at: Mapped[datetime]


class StaffRow(Base):
    __tablename__ = "staff"
    login: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    phone: Mapped[str | None] = mapped_column(unique=True)  # NULL when there is none
    language: Mapped[str]
    queues: Mapped[list[str]]
    skills: Mapped[dict[str, Any]]
    password_hash: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))  # an executor's own
    second_line: Mapped[bool] = mapped_column(server_default=false())  # may route tickets and tend outages
