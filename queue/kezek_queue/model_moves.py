"""The model's moves of an operator: each changes the record, the free ones and the due times together."""

from __future__ import annotations

from .model_state import ModelState
from .records import OperatorRecord
from .types import OperatorState

SHARES = 500  # an occupied share is kept in so many steps


class ModelMoves(ModelState):
    def move(self, o: OperatorRecord, state: OperatorState, until: int = 0, reason: str = "") -> None:
        if o.state in (OperatorState.TALKING, OperatorState.WRAP_UP):
            o.busy += self.now - o.since
        o.state, o.since, o.until, o.reason = state, self.now, until, reason
        if state is OperatorState.WRAP_UP:
            o.extensions = 0
            self.due[f"until:{o.operator}"] = until
        else:
            self.due.pop(f"until:{o.operator}", None)
        self.look(o)
        self.changed(o)

    def look(self, o: OperatorRecord) -> None:
        """Among the free ones or not."""
        if o.state is OperatorState.READY and o.able:
            self.free.add(o.operator)
        else:
            self.free.discard(o.operator)

    def leave_call(self, o: OperatorRecord) -> None:
        o.call, o.offer, o.queue, o.helps, o.next, o.next_reason = "", 0, "", False, "", ""

    def to_ready(self, o: OperatorRecord, idle: int) -> None:
        self.leave_call(o)
        self.move(o, OperatorState.READY)
        o.idle = idle
        o.share = o.busy * SHARES // (self.now - o.signed) if self.now > o.signed else 0

    def to_paused(self, o: OperatorRecord, reason: str) -> None:
        self.leave_call(o)
        o.missed = 0
        self.move(o, OperatorState.PAUSED, reason=reason)

    def drop_desk(self, o: OperatorRecord) -> None:
        o.desk_ok, o.beat = False, 0
        self.due.pop(f"desk:{o.operator}", None)
        self.look(o)

    def to_away(self, o: OperatorRecord) -> None:
        self.leave_call(o)
        o.joined = ()
        self.move(o, OperatorState.AWAY)
        self.drop_desk(o)
        self.nobody_waits_for(o)

    def nobody_waits_for(self, o: OperatorRecord) -> None:
        """Who was kept for this operator alone is no longer."""
        raise NotImplementedError

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
