"""Alembic's entry: always online, on the connection that `migrate` holds with its lock."""

from __future__ import annotations

from alembic import context

from kezek_register.sql import every_table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=every_table.METADATA,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
