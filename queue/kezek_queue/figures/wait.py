"""The honest wait: how long whoever stands at a place has still to wait, learnt from the feed. Pure.

Those before him leave the line served or out of patience (fluid Erlang A). Handling time and patience are measured, so
the answer follows a surge as the line itself grows, not as those who were answered remember it (PAINS.md, P15).

Not looked at: wishes for skills, and emergencies still to come. A queue whose operators serve others too shares them:
who waits longer in another queue stands before him, in proportion to the operators they have in common.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from kezek_queue.values import CallKind, End, FeedEvent, Kind, Operator, OperatorState, Waiting

from .rates import Rate, time_to_serve

BUSY = (OperatorState.OFFERED, OperatorState.TALKING, OperatorState.WRAP_UP)
NO_LOSS_OF_PATIENCE = (End.CALLBACK, End.REFUSED, End.CUT)


@dataclass(frozen=True, slots=True)
class Guess:
    """What is believed before anything was measured, and how soon it is unlearnt (in events)."""

    aht_s: float = 180.0
    patience_s: float = 300.0
    weight: float = 3.0
    memory: float = 200.0


@dataclass(slots=True)
class _Crew:
    state: OperatorState = OperatorState.AWAY
    queues: frozenset[str] = frozenset()
    since: float = 0.0  # of the state
    able: bool = True
    working_for: str = ""  # the queue whose call keeps him busy
    talked: bool = False
    told: Operator | None = None  # by the last snapshot

    @property
    def at_work(self) -> bool:
        return self.state is OperatorState.READY or self.state in BUSY


@dataclass(frozen=True, slots=True)
class _Staff:
    """Of one queue: who could be rung now, who is at work, and how many of these serve each other queue, too."""

    ready: int
    at_work: int
    shared: Counter[str]


@dataclass(frozen=True, slots=True)
class _Place:
    queue: str
    rank: tuple[int, float, str]
    kind: CallKind


class _Line:
    def __init__(self, guess: Guess) -> None:
        self.ranks: list[tuple[int, float, str]] = []
        self.live = 0  # of them, those on the line in person: a callback does not lose patience
        self.patience = Rate(guess.patience_s, weight=guess.weight, memory=guess.memory)
        self.handling = Rate(guess.aht_s, weight=guess.weight, memory=guess.memory)


class WaitEstimator:
    """`see` each event in order; `know` what a snapshot tells (who serves which queue is in no event).

    Memory: the calls in the line, the operators, a few numbers for each queue.
    """

    def __init__(self, guess: Guess | None = None) -> None:
        self._guess = guess or Guess()
        self._lines: dict[str, _Line] = {}
        self._places: dict[str, _Place] = {}
        self._since: dict[str, float] = {}  # call in talk or on its way -> what its place counts from
        self._crew: dict[str, _Crew] = {}
        self._staff: dict[str, _Staff] = {}  # counted when asked for, until somebody's state changes

    # what is known

    def know(self, operators: Iterable[Operator], waiting: Iterable[Waiting] | None = None, now: float = 0.0) -> None:
        """Operators as they stand, unless an event has told newer things; with `waiting` (a new beginning) the line."""
        told = {operator.operator: operator for operator in operators}
        for name in self._crew.keys() - told.keys():
            self._staff.clear()
            self._turn(name, OperatorState.AWAY, now)
            del self._crew[name]
        for name, operator in told.items():
            crew = self._crew.setdefault(name, _Crew())
            if crew.told is operator and waiting is None:
                continue  # what is newer came by events
            self._staff.clear()
            crew.told = operator
            crew.queues = frozenset((*operator.queues, *operator.joined))
            crew.able = operator.reachable
            if waiting is not None or operator.since > crew.since:
                self._turn(name, operator.state, now)
                crew.since = operator.since
        if waiting is None:
            return
        for call in list(self._places):
            self._leave(call, now, lost_patience=False)
        self._since.clear()
        for place in waiting:
            self._stand(place.call, place.queue, place.priority, place.since, place.kind, now)

    def see(self, event: FeedEvent) -> None:
        if event.kind is Kind.OPERATOR:
            self._operator(event)
        elif event.kind is Kind.ARRIVED:
            self._since[event.call] = float(event.data.get("place_since") or event.data.get("since") or event.at)
        elif event.kind in (Kind.PLACED, Kind.TRANSFERRED):
            self._placed(event)
        elif event.kind is Kind.OFFERED:
            self._works_for(event, talks=False)
        elif event.kind is Kind.CONNECTED:
            self._leave(event.call, event.at, lost_patience=False)
            self._works_for(event, talks=not event.data.get("helper"))
        elif event.kind in (Kind.LEFT, Kind.POSTPONED):
            self._leave(event.call, event.at, lost_patience=False)
        elif event.kind is Kind.ENDED:
            self._leave(event.call, event.at, lost_patience=event.data.get("end") not in NO_LOSS_OF_PATIENCE)
            self._since.pop(event.call, None)

    # what is asked

    def wait_s(self, queue: str, position: int, now: float) -> float | None:
        """Seconds still to wait at `position` (1 is next; one past the last is a new caller's). None: nobody works."""
        staff = self._staff_of(queue)
        if not staff.at_work:
            return None
        ahead = position - 1 + self._ahead_elsewhere(queue, position, now, staff)
        if ahead < staff.ready:
            return 0.0
        line = self._line(queue, now)
        live = line.live / len(line.ranks) if line.ranks else 1.0
        served_s, left_s = staff.at_work / line.handling.mean_s, live / line.patience.mean_s
        return time_to_serve(ahead - staff.ready, served_s, left_s)

    def aht_s(self, queue: str, now: float) -> float:
        """How long one call keeps an operator: ringing, talk, holds, wrap-up."""
        return self._line(queue, now).handling.mean_s

    def patience_s(self, queue: str, now: float) -> float:
        return self._line(queue, now).patience.mean_s

    def waiting(self, queue: str) -> int:
        return len(self._lines[queue].ranks) if queue in self._lines else 0

    # the line

    def _line(self, queue: str, now: float) -> _Line:
        line = self._lines.get(queue)
        if line is None:
            line = self._lines[queue] = _Line(self._guess)
        line.handling.pass_time(now)
        line.patience.pass_time(now)
        return line

    def _ahead_elsewhere(self, queue: str, position: int, now: float, staff: _Staff) -> float:
        """Of other queues' callers those who go before, by the share of their operators at work that is ours, too."""
        ranks = self._line(queue, now).ranks
        rank = ranks[position - 1] if position <= len(ranks) else (0, now, "")
        ahead = 0.0
        for name, ours in staff.shared.items():
            line = self._lines.get(name)
            if line is not None and line.ranks:
                ahead += bisect_left(line.ranks, rank) * ours / self._staff_of(name).at_work
        return ahead

    def _staff_of(self, queue: str) -> _Staff:
        staff = self._staff.get(queue)
        if staff is None:
            serving = [one for one in self._crew.values() if queue in one.queues and one.able and one.at_work]
            staff = self._staff[queue] = _Staff(
                ready=sum(one.state is OperatorState.READY for one in serving),
                at_work=len(serving),
                shared=Counter(name for one in serving for name in one.queues if name != queue),
            )
        return staff

    def _placed(self, event: FeedEvent) -> None:
        data = event.data
        since = self._since.setdefault(event.call, float(data.get("since") or event.at))
        queue = str(data.get("queue") or event.queue)
        kind = CallKind(data.get("kind") or CallKind.CALL)
        before = self._places.get(event.call)
        told = data.get("priority")
        priority = int(told) if told is not None else -before.rank[0] if before else 0
        self._stand(event.call, queue, priority, since, before.kind if before else kind, event.at)

    def _stand(self, call: str, queue: str, priority: int, since: float, kind: CallKind, now: float) -> None:
        self._leave(call, now, lost_patience=False)
        line = self._line(queue, now)
        place = self._places[call] = _Place(queue, (-priority, since, call), kind)
        self._since[call] = since
        insort(line.ranks, place.rank)
        if kind is CallKind.CALL:
            line.live += 1
            line.patience.at_risk(1, now)

    def _leave(self, call: str, now: float, *, lost_patience: bool) -> None:
        place = self._places.pop(call, None)
        if place is None:
            return
        line = self._line(place.queue, now)
        del line.ranks[bisect_left(line.ranks, place.rank)]
        if place.kind is CallKind.CALL:
            line.live -= 1
            line.patience.at_risk(-1, now)
            if lost_patience:
                line.patience.happened(now)

    # the operators

    def _operator(self, event: FeedEvent) -> None:
        self._staff.clear()
        crew = self._crew.setdefault(event.operator, _Crew())
        crew.able = bool(event.data.get("reachable", True))
        state = event.data.get("state")
        if state:
            self._turn(event.operator, OperatorState(state), event.at)
            crew.since = event.at

    def _works_for(self, event: FeedEvent, *, talks: bool) -> None:
        """The queue of his call; an operator of whom no snapshot has told serves at least that one. Who is rung again
        has done with the call before: that he was ready in between nobody tells when it was for no time. A helper's
        time is counted, but it takes nobody out of the line."""
        crew = self._crew.setdefault(event.operator, _Crew())
        if crew.talked and event.kind is Kind.OFFERED:
            self._line(crew.working_for, event.at).handling.happened(event.at)
            crew.talked = False
        if not crew.queues:
            crew.queues = frozenset((event.queue,))
            self._staff.clear()
        if crew.working_for != event.queue and crew.state in BUSY:
            self._busy(crew, -1, event.at)
            crew.working_for = event.queue
            self._busy(crew, 1, event.at)
        crew.working_for = event.queue
        crew.talked = crew.talked or talks

    def _turn(self, name: str, state: OperatorState, now: float) -> None:
        crew = self._crew[name]
        was, crew.state = crew.state in BUSY, state
        if was and state not in BUSY:
            self._busy(crew, -1, now)
            if crew.talked:
                self._line(crew.working_for, now).handling.happened(now)
            crew.talked, crew.working_for = False, ""
        elif not was and state in BUSY:
            self._busy(crew, 1, now)

    def _busy(self, crew: _Crew, change: int, now: float) -> None:
        if crew.working_for:
            self._line(crew.working_for, now).handling.at_risk(change, now)
