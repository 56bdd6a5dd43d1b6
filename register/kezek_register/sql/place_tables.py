"""The tables of places: territories and networks, each a tree.

`path` names a node and all above it by id, '/1/4/9/': what lies below a node has its path as a beginning.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kezek_register.sql.tables import Base


class TerritoryRow(Base):
    __tablename__ = "territories"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)  # the town's own
    kind: Mapped[str]  # types.TerritoryKind
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("territories.id"), index=True)
    path: Mapped[str] = mapped_column(index=True)
    names: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(server_default="1")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - declared by the base class


class NetworkPartRow(Base):
    """A part of a network that houses hang on: a substation, a feeder, a boiler house."""

    __tablename__ = "network_parts"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # types.NetworkKind
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("network_parts.id"), index=True)
    path: Mapped[str] = mapped_column(index=True)
    names: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(server_default="1")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - declared by the base class


class BuildingPartRow(Base):
    """This house hangs on that part."""

    __tablename__ = "building_parts"
    building_id: Mapped[int] = mapped_column(ForeignKey("buildings.id", ondelete="CASCADE"), primary_key=True)
    part_id: Mapped[int] = mapped_column(
        ForeignKey("network_parts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
