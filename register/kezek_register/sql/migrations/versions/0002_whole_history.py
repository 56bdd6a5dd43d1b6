"""The whole history: calls' kinds, legs, operators' times, recordings, outbound dialling, the audit.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.Text(), server_default="call", nullable=False))
        batch_op.add_column(sa.Column("of", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("priority", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("waited_s", sa.Double(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("recording", sa.Text(), server_default="", nullable=False))
        batch_op.create_index(batch_op.f("ix_calls_caller_since"), ["caller", "since"], unique=False)
        batch_op.create_index(batch_op.f("ix_calls_end_since"), ["end", "since"], unique=False)
        batch_op.create_index(batch_op.f("ix_calls_of"), ["of"], unique=False)

    op.create_table(
        "legs",
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("offer", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("connected_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("talk_s", sa.Double(), nullable=False),
        sa.Column("hold_s", sa.Double(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("call", "offer", name=op.f("pk_legs")),
    )
    op.create_table(
        "operator_times",
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("began", MOMENT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("operator", "began", name=op.f("pk_operator_times")),
    )
    with op.batch_alter_table("operator_times", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_operator_times_began"), ["began"], unique=False)

    op.create_table(
        "recordings",
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("began", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("call", name=op.f("pk_recordings")),
    )
    with op.batch_alter_table("recordings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recordings_expires"), ["expires"], unique=False)

    op.create_table(
        "outbound",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outbound")),
    )
    with op.batch_alter_table("outbound", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbound_state_node"), ["state", "node"], unique=False)

    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_audit_login_what_subject_at"), ["login", "what", "subject", "at"], unique=False
        )


def downgrade() -> None:
    for table in ("audit", "outbound", "recordings", "operator_times", "legs"):
        op.drop_table(table)
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calls_of"))
        batch_op.drop_index(batch_op.f("ix_calls_end_since"))
        batch_op.drop_index(batch_op.f("ix_calls_caller_since"))
        for column in ("recording", "waited_s", "priority", "of", "kind"):
            batch_op.drop_column(column)
