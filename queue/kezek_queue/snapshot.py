"""A snapshot from what lua/snapshot.lua replies: arrays, and the operators' records as they are kept."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from .codec import operator_of, seconds
from .records import PRIORITY_STEP
from .types import CallKind, Operator, OperatorState, QueueLoad, Snapshot, Waiting


class Snapshots:
    """Keeps the last picture's operators: most are the same in the next one, and are not read again."""

    def __init__(self, desk_timeout_ms: int) -> None:
        self._desk_timeout_ms = desk_timeout_ms
        self._known: dict[str, tuple[Operator, dict[str, str]]] = {}

    def read(self, reply: Any) -> Snapshot:
        at, feed_id, queues, people = reply
        now = int(at)
        self._known = {text: self._known.get(text) or _read(text) for page in people for text in page}
        ready, talking = Counter[str](), Counter[str]()
        for o, record in self._known.values():
            if o.state is OperatorState.READY and self._can_take(o, record, now):
                ready.update({*o.queues, *o.joined})
            elif o.state is OperatorState.TALKING and "helps" not in record:
                talking[record["queue"]] += 1
        loads: list[QueueLoad] = []
        waiting: list[Waiting] = []
        for queue, count, oldest, ends, callbacks, line in queues:
            longest_s = (now - round(float(oldest))) / 1000 if oldest else 0.0
            answered, abandoned, refused = (int(n or 0) for n in ends)
            counts = (answered, abandoned, len(callbacks), refused)
            loads.append(QueueLoad(queue, count, longest_s, ready[queue], talking[queue], *counts))
            waiting += places_of(queue, line, frozenset(callbacks))
        operators = tuple(o for o, _ in self._known.values())
        return Snapshot(seconds(at), feed_id, tuple(loads), operators, tuple(waiting))

    def _can_take(self, o: Operator, record: dict[str, str], now: int) -> bool:
        if record.get("uses_desk") != "1":
            return o.reachable
        return o.reachable and o.desk and now < int(record["beat"]) + self._desk_timeout_ms


def _read(text: str) -> tuple[Operator, dict[str, str]]:
    record: dict[str, str] = json.loads(text)
    return operator_of(record), record


def places_of(queue: str, line: list[Any], callbacks: frozenset[str]) -> list[Waiting]:
    """`line` is flat: call, rank, call, rank ...; the rank holds the priority and what the place counts from."""
    places = []
    for i in range(0, len(line), 2):
        call, rank = line[i], int(line[i + 1])
        priority = -(rank // PRIORITY_STEP)
        kind = CallKind.CALLBACK if call in callbacks else CallKind.CALL
        places.append(Waiting(call, queue, priority, (rank + priority * PRIORITY_STEP) / 1000, i // 2 + 1, kind))
    return places
