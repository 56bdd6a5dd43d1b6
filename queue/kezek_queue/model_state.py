"""The model's state: the twin of the keys in Redis, and what every verb needs to read and to tell."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from .records import CallRecord, OperatorRecord
from .rules import QueueRules
from .settings import QueueSettings
from .types import FeedEvent, Kind, Unknown

FENCE_STEP = 2**15  # offers a second for which a fence of a later epoch is surely greater
DAY_MS = 86_400_000

M = TypeVar("M", bound="ModelState")
P = ParamSpec("P")
T = TypeVar("T")


def verb(act: Callable[Concatenate[M, P], T]) -> Callable[Concatenate[M, P], T]:
    """One script: reads the clock once, does all or (raising) nothing, and tells each operator's state at its end."""

    @wraps(act)
    def whole(self: M, /, *args: P.args, **kwargs: P.kwargs) -> T:
        self.tell_time()
        reply = act(self, *args, **kwargs)
        self.tell_operators()
        return reply

    return whole


class ModelState:
    def __init__(self, clock: Callable[[], float], settings: QueueSettings) -> None:
        self.clock = clock
        self.settings = settings
        self.now = 0
        self.calls: dict[str, CallRecord] = {}
        self.live: dict[str, CallRecord] = {}
        self.operators: dict[str, OperatorRecord] = {}
        self.exchanges: dict[str, frozenset[str]] = {}  # exchange -> phones registered there
        self.phones_up: dict[str, list[str]] = {}  # phone -> exchanges, the one to ring first
        self.rules: dict[str, QueueRules] = {}
        self.ranks: dict[str, list[tuple[int, bytes, str]]] = {}  # queue -> waiting and offered
        self.lines: dict[str, list[tuple[int, bytes, str]]] = {}  # lane -> waiting, to be matched
        self.queues: set[str] = set()  # every queue ever named
        self.free: set[str] = set()  # operators ready and able
        self.due: dict[str, int] = {}  # '<what>:<operator or call>' -> when
        self.texts: dict[str, str] = {}
        self.callback_of: dict[str, str] = {}  # a call -> its living callback
        self.callback_by: dict[str, str] = {}  # a number -> its living callback
        self.redials: dict[str, tuple[int, int, int, int]] = {}  # number -> until, place_since, priority, behind_until
        self.ended: deque[tuple[int, str]] = deque()  # kept for a day past the end
        self.counts: Counter[tuple[int, str, str]] = Counter()  # (local day, queue, end)
        self.fence = 0
        self.feed: deque[FeedEvent] = deque(maxlen=settings.feed_maxlen)
        self.feed_n = 0
        self.on_event: Callable[[FeedEvent], None] | None = None
        self._changed: dict[str, OperatorRecord] = {}

    # reading

    def tell_time(self) -> None:
        self.now = round(self.clock() * 1000)
        while self.ended and self.ended[0][0] <= self.now - DAY_MS:
            _, call = self.ended.popleft()
            self.calls.pop(call, None)
            self.texts.pop(call, None)
        while self.redials and next(iter(self.redials.values()))[0] <= self.now:  # the oldest first
            del self.redials[next(iter(self.redials))]

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

    def rules_of(self, queue: str) -> QueueRules:
        return self.rules.get(queue) or QueueRules()

    def can_take(self, o: OperatorRecord) -> bool:
        """Able, and the desk's last beat is young enough at this very moment (P22)."""
        return o.able and (not o.uses_desk or self.now < o.beat + round(self.settings.desk_timeout_s * 1000))

    def next_fence(self) -> int:
        self.fence = max(self.fence, self.now // 1000 * FENCE_STEP) + 1
        return self.fence

    # the feed

    def tell(self, kind: Kind, call: str, operator: str, queue: str, data: Mapping[str, Any]) -> None:
        self.feed_n += 1
        event = FeedEvent(f"{self.feed_n}-0", kind, self.now / 1000, call, operator, queue, data)
        self.feed.append(event)
        if self.on_event is not None:
            self.on_event(event)

    def changed(self, o: OperatorRecord) -> None:
        self._changed.setdefault(o.operator, o)

    def tell_operators(self) -> None:
        """Each operator whose state changed, once, as it is at the script's end."""
        if not self._changed:
            return
        people, self._changed = self._changed, {}
        for o in people.values():
            data = {
                "state": str(o.state),
                "reason": o.reason,
                "until": o.until / 1000,
                "reachable": o.up,
                "desk": o.uses_desk and o.desk_ok,
            }
            self.tell(Kind.OPERATOR, o.call, o.operator, "", data)


def ordered(names: Iterable[str]) -> list[str]:
    """Byte order, as a sorted set of equal scores has it."""
    return sorted(names, key=lambda name: name.encode())
