"""Who answers for what: organisations, kinds of assets, rules; what a ticket of a topic begins with.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("foreign", sa.Boolean(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organisations.id"], name=op.f("fk_organisations_parent_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("code", name=op.f("uq_organisations_code")),
    )
    op.create_table(
        "asset_kinds",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_asset_kinds")),
    )
    op.create_table(
        "duties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_kind", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("street_id", sa.Integer(), nullable=True),
        sa.Column("building_id", sa.Integer(), nullable=True),
        sa.Column("part_id", sa.Integer(), nullable=True),
        sa.Column("house_from", sa.Text(), nullable=False),
        sa.Column("house_to", sa.Text(), nullable=False),
        sa.Column("parity", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asset_kind"], ["asset_kinds.code"], name=op.f("fk_duties_asset_kind_asset_kinds")),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"], name=op.f("fk_duties_building_id_buildings")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_duties_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["part_id"], ["network_parts.id"], name=op.f("fk_duties_part_id_network_parts")),
        sa.ForeignKeyConstraint(["street_id"], ["streets.id"], name=op.f("fk_duties_street_id_streets")),
        sa.ForeignKeyConstraint(["territory_id"], ["territories.id"], name=op.f("fk_duties_territory_id_territories")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
        sa.UniqueConstraint("asset_kind", "area", name=op.f("uq_duties_asset_kind_area")),
    )
    with op.batch_alter_table("duties", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duties_asset_kind_scope"), ["asset_kind", "scope"], unique=False)
        batch_op.create_index(batch_op.f("ix_duties_building_id"), ["building_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_duties_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_duties_part_id"), ["part_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_duties_street_id"), ["street_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_duties_territory_id"), ["territory_id"], unique=False)
    with op.batch_alter_table("topics", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("asset_kind", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("accident", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("allowed_hours", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("allowed_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("emergency", sa.Text(), server_default="", nullable=False))
    # ### end Alembic commands ###
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organisation_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("second_line", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_foreign_key(
            batch_op.f("fk_staff_organisation_id_organisations"), "organisations", ["organisation_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_staff_organisation_id_organisations"), type_="foreignkey")
        for column in ("second_line", "organisation_id"):
            batch_op.drop_column(column)
    with op.batch_alter_table("topics", schema=None) as batch_op:
        for column in ("emergency", "allowed_days", "allowed_hours", "accident", "asset_kind", "kind"):
            batch_op.drop_column(column)
    for table in ("duties", "asset_kinds", "organisations"):
        op.drop_table(table)
