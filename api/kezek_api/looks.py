"""Who looks at citizens' data is written down before he sees it, and what he looked at: a ticket, an outage, a list."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from kezek_api.filing import within

if TYPE_CHECKING:
    from kezek_api.doors import Doors

T = TypeVar("T")

LIMIT_S = 8.0  # what a page waits for SQL; it gives up after 10 s itself
AUDIT_S = 60.0  # a page that renews itself looks once a minute


async def asked(work: Coroutine[Any, Any, T]) -> T:
    """A verb of the register's. Raises Unavailable when SQL keeps a page waiting too long."""
    return await within(work, LIMIT_S)


async def audited(doors: Doors, login: str, what: str, subject: str, *, once_in_s: float = AUDIT_S) -> None:
    """Nobody looks at callers' data unseen: raises Unavailable when it cannot be written down."""
    now = datetime.now(UTC)
    await within(doors.register.audit.write(login, what, subject, now, once_in_s=once_in_s), LIMIT_S)
