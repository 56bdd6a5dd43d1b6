"""The model's state and the moves every verb is made of: the twin of lua/lib/*.lua, fragment by fragment."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .records import CallRecord, OperatorRecord
from .settings import QueueSettings
from .types import CallState, FeedEvent, Kind, OperatorState, Unknown

FENCE_STEP = 2**15  # offers a second for which a fence of a later epoch is surely greater
DAY_MS = 86_400_000


class ModelState:
    def __init__(self, clock: Callable[[], float], settings: QueueSettings) -> None:
        self.clock = clock
        self.settings = settings
        self.now = 0
        self.calls: dict[str, CallRecord] = {}
        self.live: dict[str, CallRecord] = {}
        self.operators: dict[str, OperatorRecord] = {}
        self.phones_up: frozenset[str] = frozenset()
        self.ranks: dict[str, list[tuple[int, str]]] = {}  # queue -> waiting and offered
        self.lines: dict[str, list[tuple[int, str]]] = {}  # queue -> waiting, to be matched
        self.waiting = 0
        self.queues: set[str] = set()  # every queue ever named
        self.free: list[tuple[int, str]] = []  # ready operators, longest idle first
        self.due: dict[str, int] = {}  # 'until:<operator>' and 'desk:<operator>' -> when
        self.texts: dict[str, str] = {}
        self.ended: deque[tuple[int, str]] = deque()  # kept for a day past the end
        self.counts: Counter[tuple[int, str, str]] = Counter()  # (local day, queue, end)
        self.fence = 0
        self.feed: deque[FeedEvent] = deque(maxlen=settings.feed_maxlen)
        self.feed_n = 0
        self.on_event: Callable[[FeedEvent], None] | None = None

    # reading

    def tell_time(self) -> None:
        self.now = round(self.clock() * 1000)
        while self.ended and self.ended[0][0] <= self.now - DAY_MS:
            _, call = self.ended.popleft()
            self.calls.pop(call, None)
            self.texts.pop(call, None)

    @property
    def day(self) -> int:
        return (self.now + self.settings.utc_offset_ms(self.now / 1000)) // DAY_MS

    def get_call(self, call: str) -> CallRecord:
        try:
            return self.calls[call]
        except KeyError:
            raise Unknown(f"call {call}") from None

    def get_operator(self, operator: str) -> OperatorRecord:
        try:
            return self.operators[operator]
        except KeyError:
            raise Unknown(f"operator {operator}") from None

    def can_take(self, o: OperatorRecord) -> bool:
        """A ready operator whose phone is registered and whose desk, when one is used, is alive (P16, P22)."""
        desk_until = o.beat + round(self.settings.desk_timeout_s * 1000)
        return o.phone in self.phones_up and (not o.uses_desk or (o.desk_ok and self.now < desk_until))

    # the feed

    def tell(self, kind: Kind, call: str, operator: str, queue: str, data: Mapping[str, Any]) -> None:
        self.feed_n += 1
        event = FeedEvent(f"{self.feed_n}-0", kind, self.now / 1000, call, operator, queue, data)
        self.feed.append(event)
        if self.on_event is not None:
            self.on_event(event)

    def tell_operator(self, o: OperatorRecord) -> None:
        data = {
            "state": str(o.state),
            "reason": o.reason,
            "until": o.until / 1000,
            "reachable": o.phone in self.phones_up,
            "desk": o.uses_desk and o.desk_ok,
        }
        self.tell(Kind.OPERATOR, o.call, o.operator, "", data)

    # an operator's moves

    def move(self, o: OperatorRecord, state: OperatorState, until: int = 0, reason: str = "") -> None:
        if o.state is OperatorState.READY:
            self.free.remove((o.idle, o.operator))
        o.state, o.since, o.until, o.reason = state, self.now, until, reason
        if until:
            self.due[f"until:{o.operator}"] = until
        else:
            self.due.pop(f"until:{o.operator}", None)

    def leave_call(self, o: OperatorRecord) -> None:
        o.call, o.offer, o.next, o.next_reason = "", 0, "", ""

    def to_ready(self, o: OperatorRecord, idle: int) -> None:
        self.leave_call(o)
        self.move(o, OperatorState.READY)
        o.idle = idle
        insort(self.free, (idle, o.operator))
        self.tell_operator(o)

    def to_paused(self, o: OperatorRecord, reason: str) -> None:
        self.leave_call(o)
        self.move(o, OperatorState.PAUSED, reason=reason)
        self.tell_operator(o)

    def to_away(self, o: OperatorRecord) -> None:
        self.leave_call(o)
        self.move(o, OperatorState.AWAY)
        o.desk_ok, o.beat = False, 0
        self.due.pop(f"desk:{o.operator}", None)
        self.tell_operator(o)

    def to_next(self, o: OperatorRecord, idle: int) -> None:
        """What the operator asked for in the meantime, else ready."""
        if o.next == "paused":
            self.to_paused(o, o.next_reason)
        elif o.next == "away":
            self.to_away(o)
        else:
            self.to_ready(o, idle)

    def to_wrap_up(self, o: OperatorRecord, until: int) -> None:
        if o.next == "away" or until <= self.now:
            self.to_next(o, self.now)
        else:
            self.move(o, OperatorState.WRAP_UP, until)
            self.tell_operator(o)

    # a call's moves

    def into_line(self, c: CallRecord) -> None:
        c.state = CallState.WAITING
        insort(self.lines.setdefault(c.queue, []), c.rank)
        self.waiting += 1

    def into_rank(self, c: CallRecord) -> None:
        insort(self.ranks.setdefault(c.queue, []), c.rank)
        self.queues.add(c.queue)

    def out_of_line(self, c: CallRecord) -> None:
        if c.state is CallState.WAITING:
            _drop(self.lines[c.queue], c.rank)
            self.waiting -= 1

    def out_of_rank(self, c: CallRecord) -> None:
        if c.state in (CallState.WAITING, CallState.OFFERED):
            _drop(self.ranks[c.queue], c.rank)

    def position(self, c: CallRecord) -> int:
        return bisect_left(self.ranks[c.queue], c.rank) + 1

    def next_fence(self) -> int:
        self.fence = (self.fence or self.now // 1000 * FENCE_STEP) + 1
        return self.fence

    def make_offer(self, c: CallRecord, o: OperatorRecord) -> None:
        lease_until = self.now + round(self.settings.lease_s * 1000)
        self.out_of_line(c)
        c.state, c.offered_at, c.accepted = CallState.OFFERED, self.now, False
        c.operator, c.offer = o.operator, self.next_fence()
        o.call, o.offer = c.call, c.offer
        self.move(o, OperatorState.OFFERED, lease_until)
        data = {"offer": c.offer, "phone": o.phone, "lease_until": lease_until / 1000}
        self.tell(Kind.OFFERED, c.call, o.operator, c.queue, data)
        self.tell_operator(o)

    def take_back(self, c: CallRecord, kind: Kind, data: Mapping[str, Any]) -> None:
        """The caller is back at the same place; what becomes of the operator is the next line's business."""
        self.tell(kind, c.call, c.operator, c.queue, {"offer": c.offer, **data})
        c.operator, c.offer, c.offered_at, c.accepted = "", 0, 0, False
        self.into_line(c)

    def ringing(self, o: OperatorRecord) -> bool:
        return o.state is OperatorState.OFFERED and not self.calls[o.call].accepted

    def lose_offer(self, o: OperatorRecord, reason: str) -> None:
        """The desk or the phone went away: a ringing offer is lost, the operator stays ready for when it is back."""
        if self.ringing(o):
            self.take_back(self.calls[o.call], Kind.LAPSED, {"reason": reason})
            self.to_ready(o, o.idle)
        else:
            self.tell_operator(o)

    # the matching

    def match(self) -> None:
        """Pair the callers with the free operators: highest priority, then longest wait, over all queues an operator
        serves; of several operators, the longest idle. Looks at no more than `scan` callers of each queue: one behind
        so many, whose wanted skills no free operator has, is reached when one of those before him goes."""
        if not self.free or not self.waiting:
            return
        able = [o for o in (self.operators[name] for _, name in self.free) if self.can_take(o)]
        serving = Counter(queue for o in able for queue in set(o.queues))
        heads = {q: iter(self.lines.get(q, ())[: self.settings.scan]) for q in serving}
        front: list[tuple[tuple[int, str], str]] = []
        for queue in heads:
            _advance(front, heads, queue)
        while front and able:
            (_, call), queue = front.pop(0)
            c = self.calls[call]
            taker = next((o for o in able if queue in o.queues and meets(o.skills, c.skills)), None)
            if taker is not None:
                self.make_offer(c, taker)
                able.remove(taker)
                serving.subtract(set(taker.queues))
                front = [head for head in front if serving[head[1]] > 0]
            if serving[queue] > 0:
                _advance(front, heads, queue)


def meets(skills: Mapping[str, int], wanted: Mapping[str, int]) -> bool:
    return all(skills.get(name, 0) >= level for name, level in wanted.items())


def _advance(front: list[Any], heads: Mapping[str, Any], queue: str) -> None:
    head = next(heads[queue], None)
    if head is not None:
        insort(front, (head, queue))


def _drop(ranks: list[tuple[int, str]], rank: tuple[int, str]) -> None:
    index = bisect_left(ranks, rank)
    if index < len(ranks) and ranks[index] == rank:
        del ranks[index]


def ordered(names: Iterable[str]) -> list[str]:
    """Byte order, as a sorted set of equal scores has it."""
    return sorted(names, key=lambda name: name.encode())
