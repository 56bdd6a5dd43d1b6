"""Free operators kept for emergencies on a rung: a share of those at work, as a rule of each queue in the line.

Every node does it; the same rules again change nothing. A node that starts writes the site's rules, and these follow.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import replace

from kezek_api.ladder.service import Ladder
from kezek_queue import OperatorState, QueueError, QueueRules, Queues, Snapshot

LOOK_S = 3.0
AT_WORK = (OperatorState.READY, OperatorState.OFFERED, OperatorState.TALKING, OperatorState.WRAP_UP)


class Reserving:
    """`run` for ever; `rules`: the site's own, queue -> rules."""

    def __init__(self, ladder: Ladder, rules: Mapping[str, QueueRules]) -> None:
        self._ladder, self._rules = ladder, rules
        self._kept: dict[str, int] = {}

    async def run(self, queues: Queues) -> None:
        while True:
            with contextlib.suppress(QueueError):
                await self.once(queues)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._ladder.changed.wait()

    async def once(self, queues: Queues) -> None:
        """Raises QueueError."""
        share = self._ladder.rules.rungs[self._ladder.rung.name].reserve
        if not share and not any(self._kept.values()):
            return
        for queue, kept in kept_of(await queues.snapshot(places=False), share, self._rules).items():
            await queues.configure(queue, replace(self._rules[queue], reserve=kept))
            self._kept[queue] = kept - self._rules[queue].reserve


def kept_of(snapshot: Snapshot, share: float, rules: Mapping[str, QueueRules]) -> dict[str, int]:
    """queue -> so many, rounded down: a crew too small for the share keeps nobody, for then nobody else would be
    served. Never fewer than the site's own rule says."""
    at_work = dict.fromkeys(rules, 0)
    for one in snapshot.operators:
        if one.state in AT_WORK:
            for queue in {*one.queues, *one.joined} & at_work.keys():
                at_work[queue] += 1
    return {queue: max(rules[queue].reserve, int(share * number)) for queue, number in at_work.items()}
