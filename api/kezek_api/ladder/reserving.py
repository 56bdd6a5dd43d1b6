"""Free operators that a rung keeps, for emergencies and from those told last: shares of those at work, as rules of each
queue in the line.

Every node does it; the same rules again change nothing. A node that starts writes the site's rules, and these follow.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import replace

from kezek_api.ladder.service import Ladder
from kezek_queue import OperatorState, QueueError, QueueRules, Queues, Snapshot
from kezek_queue.ladder.types import RungRules

LOOK_S = 3.0
AT_WORK = (OperatorState.READY, OperatorState.OFFERED, OperatorState.TALKING, OperatorState.WRAP_UP)


class Reserving:
    """`run` for ever; `rules`: the site's own, queue -> rules."""

    def __init__(self, ladder: Ladder, rules: Mapping[str, QueueRules]) -> None:
        self._ladder, self._rules = ladder, rules
        self._differ = False  # the line's rules from the site's own

    async def run(self, queues: Queues) -> None:
        while True:
            with contextlib.suppress(QueueError):
                await self.once(queues)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._ladder.changed.wait()

    async def once(self, queues: Queues) -> None:
        """Raises QueueError."""
        rung = self._ladder.rules.rungs[self._ladder.rung.name]
        if not rung.reserve and not rung.reserve_behind and not self._differ:
            return
        found = with_reserves(await queues.snapshot(places=False), rung, self._rules)
        self._differ = self._differ or found != self._rules
        for queue, rules in found.items():
            await queues.configure(queue, rules)
        self._differ = found != self._rules


def with_reserves(snapshot: Snapshot, rung: RungRules, rules: Mapping[str, QueueRules]) -> dict[str, QueueRules]:
    """queue -> its rules on that rung. Shares are rounded down: a crew too small for one keeps nobody, for then nobody
    else would be served. Never fewer than the site's own rule says."""
    at_work = dict.fromkeys(rules, 0)
    for one in snapshot.operators:
        if one.state in AT_WORK:
            for queue in {*one.queues, *one.joined} & at_work.keys():
                at_work[queue] += 1
    return {
        queue: replace(
            rules[queue],
            reserve=max(rules[queue].reserve, _share(rung.reserve, number)),
            reserve_behind=max(rules[queue].reserve_behind, _share(rung.reserve_behind, number)),
        )
        for queue, number in at_work.items()
    }


def _share(share: float, number: int) -> int:
    return int(share * number + 1e-9)  # 0.29 of 100 is 29
