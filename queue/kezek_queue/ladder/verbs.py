"""The ladder's verbs: a part of types.Queues. One rung for a site, changed by whoever knows how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from .types import Rung, RungName


class Ladder(Protocol):
    async def rung(self) -> Rung:
        """As it stands; that of a line on which nobody ever changed it, or that came back empty, has n = 0."""
        ...

    async def set_rung(
        self,
        name: RungName,
        *,
        by: str,
        n: int,
        why: str = "",
        because: Mapping[str, Any] | None = None,
        held: bool = False,
    ) -> Rung:
        """Compare and set on `n`, that of the rung it is made of; told by the feed (RUNG). The same name again keeps
        `since`: it is held, or let go. Raises Stale when somebody has changed it meanwhile, NotAllowed for a name that
        is no rung."""
        ...
