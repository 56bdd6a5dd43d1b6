"""A snapshot from what lua/snapshot.lua replies: arrays, and the operators' records as they are kept."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, NamedTuple

from .codec import operator_of, seconds
from .records import PRIORITY_STEP
from .types import CallKind, Operator, OperatorState, QueueLoad, Snapshot, Waiting

BEAT = re.compile(r'"beat":"(\d+)"')  # inside a value the quotation marks would be escaped


class _Person(NamedTuple):
    operator: Operator
    serves: tuple[str, ...]  # each queue once
    uses_desk: bool
    talks_in: str  # the queue, where he talks with a caller of his own
    is_ready: bool  # but for the desk's last beat


class Snapshots:
    """Keeps the last picture's operators: most are the same in the next one but for the desk's beat, and are not read
    again. Equal operators are the same object from picture to picture."""

    def __init__(self, desk_timeout_ms: int) -> None:
        self._desk_timeout_ms = desk_timeout_ms
        self._known: dict[str, _Person] = {}  # by the record's text without the beat

    def read(self, reply: Any) -> Snapshot:
        at, feed_id, queues, people = reply
        now = int(at)
        ready, talking = self._meet(people, now)
        loads: list[QueueLoad] = []
        waiting: list[Waiting] = []
        for queue, count, oldest, ends, callbacks, line in queues:
            longest_s = (now - round(float(oldest))) / 1000 if oldest else 0.0
            answered, abandoned, refused = (int(n or 0) for n in ends)
            counts = (answered, abandoned, len(callbacks), refused)
            loads.append(QueueLoad(queue, count, longest_s, ready[queue], talking[queue], *counts))
            waiting += places_of(queue, line, frozenset(callbacks))
        operators = tuple(person.operator for person in self._known.values())
        return Snapshot(seconds(at), feed_id, tuple(loads), operators, tuple(waiting))

    def _meet(self, people: list[list[str]], now: int) -> tuple[Counter[str], Counter[str]]:
        """Knows these from now on, in their order; how many are ready and talk, by queue."""
        before, self._known = self._known, {}
        alive = now - self._desk_timeout_ms
        ready, talking = Counter[tuple[str, ...]](), Counter[str]()
        for page in people:
            for text in page:
                found = BEAT.search(text)
                rest = text if found is None else text[: found.start(1)] + text[found.end(1) :]
                person = self._known[rest] = before.get(rest) or _read(text)
                if person.is_ready and (not person.uses_desk or (found is not None and int(found[1]) > alive)):
                    ready[person.serves] += 1
                elif person.talks_in:
                    talking[person.talks_in] += 1
        by_queue = Counter[str]()
        for serves, number in ready.items():
            for queue in serves:
                by_queue[queue] += number
        return by_queue, talking


def _read(text: str) -> _Person:
    record: dict[str, str] = json.loads(text)
    o = operator_of(record)
    uses_desk = record.get("uses_desk") == "1"
    talks = o.state is OperatorState.TALKING and "helps" not in record
    return _Person(
        o,
        serves=tuple(dict.fromkeys((*o.queues, *o.joined))),
        uses_desk=uses_desk,
        talks_in=record.get("queue", "") if talks else "",
        is_ready=o.state is OperatorState.READY and o.reachable and (o.desk or not uses_desk),
    )


def places_of(queue: str, line: list[Any], callbacks: frozenset[str]) -> list[Waiting]:
    """`line` is flat: call, rank, call, rank ...; the rank holds the priority and what the place counts from."""
    places = []
    for i in range(0, len(line), 2):
        call, rank = line[i], int(line[i + 1])
        priority = -(rank // PRIORITY_STEP)
        kind = CallKind.CALLBACK if call in callbacks else CallKind.CALL
        places.append(Waiting(call, queue, priority, (rank + priority * PRIORITY_STEP) / 1000, i // 2 + 1, kind))
    return places
