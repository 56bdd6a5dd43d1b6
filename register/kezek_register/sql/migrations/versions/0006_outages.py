"""Outages and planned works.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "outages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("asset_kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("expected_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ends_itself", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("begun", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_outages_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outages")),
        sa.UniqueConstraint("code", name=op.f("uq_outages_code")),
    )
    with op.batch_alter_table("outages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outages_starts_at"), ["starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outages_state_starts_at"), ["state", "starts_at"], unique=False)
    op.create_table(
        "outage_areas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=True),
        sa.Column("street_id", sa.Integer(), nullable=True),
        sa.Column("building_id", sa.Integer(), nullable=True),
        sa.Column("part_id", sa.Integer(), nullable=True),
        sa.Column("house_from", sa.Text(), nullable=False),
        sa.Column("house_to", sa.Text(), nullable=False),
        sa.Column("parity", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"], name=op.f("fk_outage_areas_building_id_buildings")),
        sa.ForeignKeyConstraint(
            ["outage_id"], ["outages.id"], name=op.f("fk_outage_areas_outage_id_outages"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["part_id"], ["network_parts.id"], name=op.f("fk_outage_areas_part_id_network_parts")),
        sa.ForeignKeyConstraint(["street_id"], ["streets.id"], name=op.f("fk_outage_areas_street_id_streets")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_outage_areas_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_areas")),
    )
    with op.batch_alter_table("outage_areas", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outage_areas_building_id"), ["building_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outage_areas_outage_id"), ["outage_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outage_areas_part_id"), ["part_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outage_areas_street_id"), ["street_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outage_areas_territory_id"), ["territory_id"], unique=False)
    op.create_table(
        "outage_expectations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("expected_at", MOMENT, nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outage_id"], ["outages.id"], name=op.f("fk_outage_expectations_outage_id_outages"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_expectations")),
    )
    with op.batch_alter_table("outage_expectations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outage_expectations_outage_id"), ["outage_id"], unique=False)
    op.create_table(
        "outage_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outage_id"], ["outages.id"], name=op.f("fk_outage_steps_outage_id_outages"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_steps")),
        sa.UniqueConstraint("outage_id", "list", "position", name=op.f("uq_outage_steps_outage_id_list_position")),
    )
    op.create_table(
        "outage_calls",
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outage_id"], ["outages.id"], name=op.f("fk_outage_calls_outage_id_outages"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("outage_id", "call", name=op.f("pk_outage_calls")),
    )


def downgrade() -> None:
    for table in ("outage_calls", "outage_steps", "outage_expectations", "outage_areas", "outages"):
        op.drop_table(table)
