"""What crews say of suspicions and of outages.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crew_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("suspicion_id", sa.Integer(), nullable=True),
        sa.Column("outage_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_crew_words_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["suspicion_id"],
            ["suspicions.id"],
            name=op.f("fk_crew_words_suspicion_id_suspicions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["outage_id"], ["outages.id"], name=op.f("fk_crew_words_outage_id_outages"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crew_words")),
    )
    op.create_index(op.f("ix_crew_words_suspicion_id"), "crew_words", ["suspicion_id"])
    op.create_index(op.f("ix_crew_words_outage_id"), "crew_words", ["outage_id"])


def downgrade() -> None:
    op.drop_table("crew_words")
