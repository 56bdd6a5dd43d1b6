"""Work on tickets: deadlines, moves, notes, photos, links; hand-offs in an emergency; households tied to an outage.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("UPDATE tickets SET state = CASE state WHEN 'done' THEN 'closed' ELSE 'registered' END")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.Text(), server_default="incident", nullable=False))
        batch_op.add_column(sa.Column("channel", sa.Text(), server_default="call", nullable=False))
        batch_op.add_column(sa.Column("building_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("territory_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("asset_kind", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("organisation_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("outage_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("clock_from", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("allowed_hours", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("allowed_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("accident", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("due_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("closed_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("answer", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("verified", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("requester", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("lon", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("lat", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("updated_at", MOMENT, nullable=True))
        batch_op.create_index(batch_op.f("ix_tickets_building_id"), ["building_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_caller"), ["caller"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_closed_at"), ["closed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_outage_id"), ["outage_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_territory_id"), ["territory_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_tickets_territory_id_territories"), "territories", ["territory_id"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_tickets_outage_id_outages"), "outages", ["outage_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_tickets_building_id_buildings"), "buildings", ["building_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_tickets_organisation_id_organisations"), "organisations", ["organisation_id"], ["id"]
        )
    op.create_table(
        "ticket_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_ticket_moves_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_moves_ticket_id_tickets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_moves")),
        sa.UniqueConstraint("key", name=op.f("uq_ticket_moves_key")),
    )
    with op.batch_alter_table("ticket_moves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_moves_ticket_id"), ["ticket_id"], unique=False)
    op.create_table(
        "ticket_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_notes_ticket_id_tickets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_notes")),
    )
    with op.batch_alter_table("ticket_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_notes_ticket_id"), ["ticket_id"], unique=False)
    op.create_table(
        "ticket_photos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_photos_ticket_id_tickets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_photos")),
        sa.UniqueConstraint("file", name=op.f("uq_ticket_photos_file")),
    )
    with op.batch_alter_table("ticket_photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_photos_ticket_id"), ["ticket_id"], unique=False)
    op.create_table(
        "ticket_links",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["other_id"], ["tickets.id"], name=op.f("fk_ticket_links_other_id_tickets"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_links_ticket_id_tickets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_id", "other_id", name=op.f("pk_ticket_links")),
    )
    with op.batch_alter_table("ticket_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_links_other_id"), ["other_id"], unique=False)
    op.create_table(
        "escalations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("notice_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_escalations_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_escalations_ticket_id_tickets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
        sa.UniqueConstraint("ticket_id", "round", "step", name=op.f("uq_escalations_ticket_id_round_step")),
    )
    op.create_table(
        "emergencies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("handed_at", MOMENT, nullable=False),
        sa.Column("handed_by", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("outcome_at", MOMENT, nullable=True),
        sa.Column("outcome_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_emergencies_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergencies")),
    )
    with op.batch_alter_table("emergencies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_emergencies_call"), ["call"], unique=False)
        batch_op.create_index(batch_op.f("ix_emergencies_ticket_id"), ["ticket_id"], unique=False)
    op.create_table(
        "outage_ties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outage_id", sa.Integer(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("building_id", sa.Integer(), nullable=True),
        sa.Column("flat", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("tell", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("restored", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["building_id"], ["buildings.id"], name=op.f("fk_outage_ties_building_id_buildings")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_outage_ties_household_id_households")
        ),
        sa.ForeignKeyConstraint(
            ["outage_id"], ["outages.id"], name=op.f("fk_outage_ties_outage_id_outages"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_outage_ties_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage_ties")),
        sa.UniqueConstraint("outage_id", "party", name=op.f("uq_outage_ties_outage_id_party")),
    )


def downgrade() -> None:
    op.execute("UPDATE tickets SET state = CASE state WHEN 'closed' THEN 'done' ELSE 'open' END")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_tickets_territory_id_territories"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_tickets_outage_id_outages"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_tickets_building_id_buildings"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_tickets_organisation_id_organisations"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_tickets_building_id"))
        batch_op.drop_index(batch_op.f("ix_tickets_closed_at"))
        batch_op.drop_index(batch_op.f("ix_tickets_caller"))
        batch_op.drop_index(batch_op.f("ix_tickets_due_at"))
        batch_op.drop_index(batch_op.f("ix_tickets_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_tickets_outage_id"))
        batch_op.drop_index(batch_op.f("ix_tickets_territory_id"))
        for column in (
            "updated_at",
            "lat",
            "lon",
            "requester",
            "verified",
            "answer",
            "closed_at",
            "due_at",
            "accident",
            "allowed_days",
            "allowed_hours",
            "clock_from",
            "outage_id",
            "organisation_id",
            "asset_kind",
            "territory_id",
            "building_id",
            "channel",
            "kind",
        ):
            batch_op.drop_column(column)
    for table in (
        "outage_ties",
        "emergencies",
        "escalations",
        "ticket_links",
        "ticket_photos",
        "ticket_notes",
        "ticket_moves",
    ):
        op.drop_table(table)
