"""What outlives the waiting line's server: operators' standing, promised callbacks, sessions.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "standing",
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("seen", MOMENT, nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("operator", name=op.f("pk_standing")),
    )
    op.create_table(
        "promises",
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("seen", MOMENT, nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("call", name=op.f("pk_promises")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_login"), ["login"], unique=False)
        batch_op.create_index(batch_op.f("ix_sessions_until"), ["until"], unique=False)


def downgrade() -> None:
    for table in ("sessions", "promises", "standing"):
        op.drop_table(table)
