"""Who left, and who was cut: asked of Asterisk's database and told once, and its old rows swept."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from .ami import AmiLink
from .ami_protocol import AmiEvent
from .gone import FAMILY, HERE, LOST_CAUSE, GoneBook
from .line import AgiLine
from .live import VARIABLES, LiveCall, read_status
from .ring import seconds
from .types import CallGone, Refused


@dataclass(frozen=True, slots=True)
class Seen:
    """What Asterisk said, in this order: whoever was here is live, has left, or is cut."""

    here: list[AmiEvent]
    live: list[LiveCall]
    left: list[AmiEvent]


class Departures:
    def __init__(self, link: AmiLink) -> None:
        self._link = link
        self.book = GoneBook()
        self.started = 0.0  # Asterisk, by its own clock: unix seconds, whole ones; 0 when it does not say

    async def live_calls(self) -> list[LiveCall]:
        """Raises LinkDown."""
        return read_status(await self._link.rows("Status", {"Variables": VARIABLES}))

    async def look(self) -> Seen:
        """Raises LinkDown."""
        here = await self._link.rows("DBGetTree", {"Family": HERE})
        live = await self.live_calls()
        left = await self._link.rows("DBGetTree", {"Family": FAMILY})
        self.started = await self._ask_started()
        return Seen(here, live, left)

    def read(self, seen: Seen) -> list[CallGone]:
        """What was not known; owed to whoever reads it."""
        alive = {call.call for call in seen.live}
        new = [*self.book.read(seen.left), *self.book.read_here(seen.here, alive, self.started)]
        for gone in new:
            self.book.owe(gone.call)
        return new

    def tell_lines(self, lines: Iterable[AgiLine], seen: Seen) -> None:
        """Those that ended while nobody listened. Without a word of the hang-up handler they are cut."""
        alive = {call.call for call in seen.live}
        for line in lines:
            if line.arrival.call not in alive:
                self.tell_line(line)

    def tell_line(self, line: AgiLine) -> None:
        """What the book says of its end; a call of which it says nothing was cut."""
        known = self.book.get(line.arrival.call)
        if known is None:
            line.gone(LOST_CAUSE, cut=True)
        else:
            line.gone(known.cause, cut=known.cut, talked=known.talked or known.by_fallback)

    def take(self, event: AmiEvent) -> CallGone | None:
        """The hang-up handler's word; None when it is known."""
        gone = self.book.take(event, time.time())
        if gone is not None:
            self.book.owe(gone.call)
            self.sweep()
        return gone

    def sweep(self) -> None:
        """Delete old rows of the departed; nothing depends on the reply, and another node may have been quicker."""
        for call in self.book.forget(time.time()):
            for family in (FAMILY, HERE):
                if self._link.up:
                    self._link.begin("DBDel", {"Family": family, "Key": call})

    async def _ask_started(self) -> float:
        """CoreStatus tells it in Asterisk's own local time."""
        try:
            core = await self._link.action("CoreStatus")
            told = f"STRPTIME({core['corestartupdate']} {core['corestartuptime']},,%Y-%m-%d %H:%M:%S)"
            return seconds((await self._link.action("Getvar", {"Variable": told}))["value"])
        except Refused:
            return 0.0
