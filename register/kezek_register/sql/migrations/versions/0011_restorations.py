"""An outage ends by steps; what is left of it.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "outage_restorations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("closes", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("still_out", sa.Integer(), server_default="0", nullable=False),
        sa.Column("taken_back_at", MOMENT, nullable=True),
        sa.Column("taken_back_by", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["outage_id"], ["outages.id"], name=op.f("fk_outage_restorations_outage_id_outages"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_restorations")),
        sa.UniqueConstraint("outage_id", "step", name=op.f("uq_outage_restorations_outage_id_step")),
    )
    op.create_table(
        "outage_first_help",
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=False),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["building_id"], ["buildings.id"], name=op.f("fk_outage_first_help_building_id_buildings"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["outage_id"], ["outages.id"], name=op.f("fk_outage_first_help_outage_id_outages"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("outage_id", "building_id", name=op.f("pk_outage_first_help")),
    )  # fmt: skip
    op.add_column("outages", sa.Column("parent_id", sa.Integer(), nullable=True))
    op.add_column("outages", sa.Column("announced_at", MOMENT, nullable=True))
    op.add_column("outages", sa.Column("round", sa.Integer(), server_default="0", nullable=False))
    op.add_column("outages", sa.Column("chain", sa.Integer(), server_default="0", nullable=False))
    op.add_column("outages", sa.Column("chain_at", MOMENT, nullable=True))
    op.add_column("outages", sa.Column("chain_by", sa.Text(), server_default="", nullable=False))
    op.create_index(op.f("ix_outages_parent_id"), "outages", ["parent_id"], unique=False)
    op.add_column("outage_steps", sa.Column("asked_at", MOMENT, nullable=True))
    op.add_column("outage_steps", sa.Column("answer", sa.Text(), server_default="", nullable=False))
    op.add_column("outage_ties", sa.Column("step", sa.Integer(), server_default="0", nullable=False))
    op.add_column("notices", sa.Column("need", sa.Integer(), server_default="0", nullable=False))
    op.create_index(op.f("ix_notices_claimed_at"), "notices", ["claimed_at"], unique=False)
    op.execute("UPDATE outages SET announced_at = created_at WHERE state <> 'draft'")
    op.execute("UPDATE outage_ties SET step = 1 WHERE outage_id IN (SELECT id FROM outages WHERE state = 'restored')")


def downgrade() -> None:
    op.drop_index(op.f("ix_notices_claimed_at"), table_name="notices")
    op.drop_column("notices", "need")
    op.drop_column("outage_ties", "step")
    op.drop_column("outage_steps", "answer")
    op.drop_column("outage_steps", "asked_at")
    op.drop_index(op.f("ix_outages_parent_id"), table_name="outages")
    for name in ("chain_by", "chain_at", "chain", "round", "announced_at", "parent_id"):
        op.drop_column("outages", name)
    op.drop_table("outage_first_help")
    op.drop_table("outage_restorations")
