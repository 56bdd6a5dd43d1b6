"""What the register may be told from outside; read once by the composition root and handed down."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RegisterSettings:
    """Limits in seconds and sizes; the defaults suit one machine.

    `verb_timeout_s` bounds each verb save the imports: a database that is frozen and not merely gone ends in
    Unavailable too. `busy_timeout_s` (SQLite only) stays below it: how long a write waits for another process's.
    """

    verb_timeout_s: float = 10.0
    busy_timeout_s: float = 5.0
    connect_timeout_s: int = 3  # PostgreSQL only; libpq knows whole seconds, 2 at least
    migrate_timeout_s: float = 60.0  # waiting for another process that migrates
    pool_size: int = 5
    max_overflow: int = 10
    block_size: int = 100  # registration numbers reserved at a time
    checklists: Path | None = None  # the site's own checklists.toml; None is the packaged one
    party_key: bytes = field(default=b"", repr=False)  # by it a number becomes the hash that a report of trouble keeps
