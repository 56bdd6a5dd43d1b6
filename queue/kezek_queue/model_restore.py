"""The model's verbs after a loss: a talk that only Asterisk knows of."""

from __future__ import annotations

from .model_operators import ModelOperators
from .model_state import verb
from .records import CallRecord, OperatorRecord
from .types import Call, CallState, Kind, NotAllowed, OperatorState

NOT_HIS_OWN = ("busy", "signed_in")  # pauses that nobody asked for


class ModelRestore(ModelOperators):
    @verb
    def adopt(
        self,
        call: str,
        *,
        caller: str,
        dialled: str,
        since: float,
        queue: str,
        exchange: str,
        operator: str,
        offer: int,
        connected_at: float,
        node: str = "",
        priority: int = 0,
    ) -> Call:
        c, o = self.calls.get(call), self.operators.get(operator)
        if c is not None and (c.end or c.connected_at):
            return c.view()
        if not operator or not offer:
            raise NotAllowed("a talk is adopted with its operator and its offer")
        if o is not None and o.call != call and self._has_picked_up(o):
            raise NotAllowed("the operator talks to somebody else")
        asked, began = round(connected_at * 1000), round(since * 1000)
        connected = min(asked, self.now) if asked > 0 else self.now
        if c is not None:
            self.leave_line(c)
            self.due.pop(f"later:{call}", None)
            c.until = 0
        else:
            at = min(began, connected) if began > 0 else connected
            c = CallRecord(
                call, caller, dialled, at, node, seen=0, place_since=at, queue=queue, exchange=exchange,
                floor=priority, priority=priority,
            )  # fmt: skip
            self.arrived(c)
        o = self._talks(operator)
        self.fence = max(self.fence, offer)
        c.seen, self.live[call] = self.now, c
        c.state, c.operator, c.offer, c.accepted, c.rung = CallState.TALKING, operator, offer, True, 1
        c.placed_at = c.line_at = min(c.placed_at, connected) if c.placed_at else c.since
        c.offered_at = c.connected_at = c.talk_at = connected
        o.call, o.offer, o.queue, o.helps = call, offer, c.queue, False
        data = {"offer": offer, "waited_s": (connected - c.placed_at) / 1000, "helper": False}
        self.tell(Kind.CONNECTED, call, operator, c.queue, data)
        self.move(o, OperatorState.TALKING)
        self.need_not_be_called(c)
        self.match()
        return c.view()

    def _has_picked_up(self, o: OperatorRecord) -> bool:
        return o.state is OperatorState.TALKING or (o.state is OperatorState.OFFERED and not self.ringing(o))

    def _talks(self, operator: str) -> OperatorRecord:
        """Whoever he is: what rings at his phone is taken from him, his own pause is for the time after the talk."""
        o = self.operators.get(operator)
        if o is None:
            o = self.operators[operator] = OperatorRecord(operator, signed=self.now)
        elif self.ringing(o):
            self.drop_offer(o, Kind.DECLINED, {"reason": "busy", "pause": False})
            self.to_next(o, o.idle)
        if o.state is OperatorState.PAUSED and o.reason not in NOT_HIS_OWN:
            o.next, o.next_reason = "paused", o.reason
        elif o.state is OperatorState.AWAY and o.phone:
            o.next, o.next_reason = "away", ""
        return o
