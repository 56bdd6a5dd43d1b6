"""Consumer groups over the model's feed: what XREADGROUP, XACK and XAUTOCLAIM do for the engine."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from .fanout import Fanout, order
from .types import FeedEvent, Gap


@dataclass(slots=True)
class Group:
    read: int = 0  # the number of the last event handed out
    pending: dict[str, tuple[str, FeedEvent]] = field(default_factory=dict)  # id -> consumer, event


class Groups:
    def __init__(self, feed: deque[FeedEvent]) -> None:
        self._feed = feed
        self._groups: dict[str, Group] = {}

    async def consume(self, group: str, consumer: str, fanout: Fanout) -> AsyncIterator[FeedEvent]:
        g = self._groups.setdefault(group, Group())
        wake = fanout.open(None, 1)
        try:
            for owner, event in list(g.pending.values()):
                # one process only: what another consumer left was left by one that is no more
                if event.id in g.pending:
                    g.pending[event.id] = (consumer if owner != consumer else owner, event)
                    yield event
            while True:
                skip = max(0, g.read + 1 - order(self._feed[0].id)[0]) if self._feed else 0
                if skip >= len(self._feed):
                    await wake.changed()
                    continue
                event = self._feed[skip]
                number = order(event.id)[0]
                if number != g.read + 1:
                    g.read = number - 1
                    raise Gap(f"events before {event.id} are gone")
                g.read = number
                g.pending[event.id] = (consumer, event)
                yield event
        finally:
            fanout.close(None, wake)

    def acknowledge(self, group: str, event: FeedEvent) -> None:
        self._groups.setdefault(group, Group()).pending.pop(event.id, None)
