"""The model's operator verbs: signing in and out, ready and pause, phones, desks, and what falls due."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from .model_state import ModelState, ordered
from .records import OperatorRecord
from .types import Kind, NotAllowed, Operator, OperatorState

DUE_AT_ONCE = 200  # what one tick ends at most
IDLE_TICK_S = 1.0


class ModelOperators(ModelState):
    def view(self, o: OperatorRecord) -> Operator:
        return o.view(reachable=o.phone in self.phones_up)

    def sign_in(
        self,
        operator: str,
        *,
        phone: str,
        queues: Sequence[str],
        skills: Mapping[str, int] | None = None,
        desk: bool,
    ) -> Operator:
        self.tell_time()
        o = self.operators.setdefault(operator, OperatorRecord(operator))
        asked = (phone, tuple(dict.fromkeys(queues)), dict(skills or {}), desk)
        changed = asked != (o.phone, o.queues, o.skills, o.uses_desk)
        o.phone, o.queues, o.skills, o.uses_desk = asked
        self.queues.update(o.queues)
        if not desk:
            o.desk_ok, o.beat = False, 0
            self.due.pop(f"desk:{operator}", None)
        if o.next == "away":
            o.next, o.next_reason = "paused", "signed_in"
        if o.state is OperatorState.AWAY:
            self.to_paused(o, "signed_in")
        elif changed:
            self.tell_operator(o)
        self.match()
        return self.view(o)

    def sign_out(self, operator: str) -> None:
        self.tell_time()
        o = self.get_operator(operator)
        if self.ringing(o):
            self.take_back(self.calls[o.call], Kind.DECLINED, {"reason": "signed_out", "pause": False})
            self.to_away(o)
            self.match()
        elif o.state in (OperatorState.OFFERED, OperatorState.TALKING):
            o.next = "away"
        elif o.state is not OperatorState.AWAY:
            self.to_away(o)

    def ready(self, operator: str) -> Operator:
        self.tell_time()
        o = self._signed_in(operator)
        if o.state is OperatorState.PAUSED:
            self.to_ready(o, self.now)
            self.match()
        else:
            o.next, o.next_reason = "", ""
        return self.view(o)

    def pause(self, operator: str, reason: str) -> Operator:
        self.tell_time()
        o = self._signed_in(operator)
        if self.ringing(o):
            self.take_back(self.calls[o.call], Kind.DECLINED, {"reason": reason, "pause": True})
            self.to_paused(o, reason)
            self.match()
        elif o.state in (OperatorState.OFFERED, OperatorState.TALKING, OperatorState.WRAP_UP):
            o.next, o.next_reason = "paused", reason
        elif o.state is not OperatorState.PAUSED or o.reason != reason:
            self.to_paused(o, reason)
        return self.view(o)

    def wrap_up_done(self, operator: str) -> Operator:
        self.tell_time()
        o = self.get_operator(operator)
        if o.state is OperatorState.WRAP_UP:
            self.to_next(o, self.now)
            self.match()
        return self.view(o)

    def phones(self, registered: Collection[str]) -> None:
        self.tell_time()
        before, self.phones_up = self.phones_up, frozenset(registered)
        changed = before ^ self.phones_up
        for name in ordered(self.operators) if changed else ():
            o = self.operators[name]
            if o.phone in changed and o.state is not OperatorState.AWAY:
                self.lose_offer(o, "unreachable") if o.phone in before else self.tell_operator(o)
        self.match()

    def beat(self, operator: str, *, alive: bool) -> None:
        self.tell_time()
        o = self.get_operator(operator)
        if not o.uses_desk or o.state is OperatorState.AWAY:
            return
        if alive:
            o.beat = self.now
            self.due[f"desk:{operator}"] = self.now + round(self.settings.desk_timeout_s * 1000)
            if not o.desk_ok:
                o.desk_ok = True
                self.tell_operator(o)
                self.match()
        elif o.desk_ok:
            self._desk_silent(o)
            self.match()

    def _desk_silent(self, o: OperatorRecord) -> None:
        o.desk_ok, o.beat = False, 0
        self.due.pop(f"desk:{o.operator}", None)
        self.lose_offer(o, "desk_silent")

    def _signed_in(self, operator: str) -> OperatorRecord:
        o = self.get_operator(operator)
        if o.state is OperatorState.AWAY:
            raise NotAllowed("the operator is not signed in")
        return o

    def tick(self) -> float:
        self.tell_time()
        due = [(when, what) for what, when in self.due.items() if when <= self.now]
        due.sort(key=lambda entry: (entry[0], entry[1].encode()))
        for _, what in due[:DUE_AT_ONCE]:
            if what in self.due and self.due[what] <= self.now:
                self._end_due(what)
        self.match()
        nearest = min(self.due.values(), default=self.now + 1000)
        return min(IDLE_TICK_S, max(0.0, (nearest - self.now) / 1000))

    def _end_due(self, what: str) -> None:
        kind, _, name = what.partition(":")
        o = self.operators[name]
        if kind == "desk":
            self._desk_silent(o)
        elif o.state is OperatorState.OFFERED:
            self.take_back(self.calls[o.call], Kind.LAPSED, {"reason": "no_answer"})
            self.to_paused(o, "no_answer")
        else:
            self.to_next(o, self.now)
