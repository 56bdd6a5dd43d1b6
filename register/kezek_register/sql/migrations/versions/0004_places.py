"""Places: territories and networks as trees, what more is known of a building.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kezek_register.names import fold, without_kind
from kezek_register.skeleton import latin

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "territories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["territories.id"], name=op.f("fk_territories_parent_id_territories")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territories")),
        sa.UniqueConstraint("code", name=op.f("uq_territories_code")),
    )
    with op.batch_alter_table("territories", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_territories_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_territories_path"), ["path"], unique=False)
    op.create_table(
        "network_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["network_parts.id"], name=op.f("fk_network_parts_parent_id_network_parts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_parts")),
        sa.UniqueConstraint("code", name=op.f("uq_network_parts_code")),
    )
    with op.batch_alter_table("network_parts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_network_parts_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_network_parts_path"), ["path"], unique=False)
    _searchable()
    with op.batch_alter_table("streets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("territory_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_streets_territory_id"), ["territory_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_streets_territory_id_territories"), "territories", ["territory_id"], ["id"]
        )
    with op.batch_alter_table("buildings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("territory_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("people", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("lifts", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("special_needs", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("lon", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("lat", sa.Double(), nullable=True))
        batch_op.create_index(batch_op.f("ix_buildings_territory_id"), ["territory_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_buildings_territory_id_territories"), "territories", ["territory_id"], ["id"]
        )
    op.create_table(
        "building_parts",
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["building_id"], ["buildings.id"], name=op.f("fk_building_parts_building_id_buildings"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["part_id"], ["network_parts.id"], name=op.f("fk_building_parts_part_id_network_parts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("building_id", "part_id", name=op.f("pk_building_parts")),
    )
    with op.batch_alter_table("building_parts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_building_parts_part_id"), ["part_id"], unique=False)


def _searchable() -> None:
    """The names in plain letters; on PostgreSQL with an index of their trigrams."""
    op.add_column("street_names", sa.Column("search", sa.Text(), server_default="", nullable=False))
    names = sa.table("street_names", sa.column("id"), sa.column("name"), sa.column("search"))
    connection = op.get_bind()
    told = [
        {"of": row.id, "now": latin(without_kind(fold(row.name)))}
        for row in connection.execute(sa.select(names.c.id, names.c.name))
    ]
    if told:
        mended = names.update().where(names.c.id == sa.bindparam("of")).values(search=sa.bindparam("now"))
        connection.execute(mended, told)
    if connection.dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_index(
        "ix_street_names_search",
        "street_names",
        ["search"],
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )


def downgrade() -> None:
    op.drop_index("ix_street_names_search", "street_names")
    with op.batch_alter_table("street_names", schema=None) as batch_op:
        batch_op.drop_column("search")
    with op.batch_alter_table("buildings", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_buildings_territory_id_territories"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_buildings_territory_id"))
        for column in ("lat", "lon", "special_needs", "lifts", "people", "territory_id"):
            batch_op.drop_column(column)
    with op.batch_alter_table("streets", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_streets_territory_id_territories"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_streets_territory_id"))
        for column in ("territory_id",):
            batch_op.drop_column(column)
    for table in ("building_parts", "network_parts", "territories"):
        op.drop_table(table)
