"""The model's verbs after a loss: what was kept, a talk that only Asterisk knows of, a call that is over."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from .ladder.types import Rung
from .model_ladder import ModelLadder
from .model_state import ordered, verb
from .records import CallRecord, OperatorRecord
from .recovery import Kept, Promise, Standing
from .types import Call, CallKind, CallState, End, Kind, NotAllowed, OperatorState

NOT_HIS_OWN = ("busy", "signed_in", "no_answer")  # pauses that nobody asked for


class ModelRestore(ModelLadder):
    restored = ""  # the mark of a server that has had its restoration

    @verb
    def kept(self) -> Kept:
        people = [standing_of(self.operators[name]) for name in ordered(self.operators)]
        calls = [self.calls[name] for name in sorted(self.callback_by.values())]
        promises = [self._promise_of(c) for c in calls if c.to_dial and not c.end and c.queue]
        return Kept(self.restored, tuple(one for one in people if one is not None), tuple(promises))

    def _promise_of(self, c: CallRecord) -> Promise:
        seen = c.view()
        return Promise(
            call=c.call,
            of=c.of,
            caller=c.caller,
            dialled=c.dialled,
            queue=c.queue,
            priority=c.priority,
            skills=seen.skills,
            since=seen.since,
            place_since=seen.place_since,
            placed_at=seen.placed_at,
            attempts=c.attempts,
            until=seen.until if c.state is CallState.LATER else 0.0,
            notes=json.loads(self.texts.get(c.call, "{}")),
        )

    @verb
    def restore(
        self,
        operators: Sequence[Standing],
        promises: Sequence[Promise],
        *,
        counts: Mapping[tuple[str, str], int] | None = None,
        rung: Rung | None = None,
        settle_s: float,
    ) -> bool:
        if self.restored:
            return False
        self.restored = str(self.now)
        if rung is not None and not self.rung.n:
            self.rung = rung
        for one in operators:
            self._stands_again(one, round(settle_s * 1000))
        for promise in promises:
            self._promised_again(promise)
        for (queue, end), number in (counts or {}).items():
            key = (self.day, queue, end)
            self.counts[key] = max(self.counts[key], number)
        self.match()
        return True

    def _stands_again(self, kept: Standing, settle_ms: int) -> None:
        o = self.operators.setdefault(kept.operator, OperatorRecord(kept.operator))
        if o.phone and (o.state is not OperatorState.PAUSED or o.reason != "signed_in"):
            return
        o.phone, o.queues, o.joined, o.skills = kept.phone, kept.queues, kept.joined, dict(kept.skills)
        o.uses_desk, o.signed = kept.desk, o.signed or self.now
        self.queues.update(o.serving)
        self.registered(o)
        if not kept.desk:
            self.drop_desk(o)
        self.look(o)
        paused = kept.state is OperatorState.PAUSED
        if o.state in (OperatorState.TALKING, OperatorState.WRAP_UP):  # his own wish is for afterwards
            if not o.next and paused:
                o.next, o.next_reason = "paused", kept.reason
            self.changed(o)
        elif paused:
            self.to_paused(o, kept.reason)
        elif settle_ms > 0:
            self.move(o, OperatorState.WRAP_UP, self.now + settle_ms)
        else:
            self.to_ready(o, self.now)

    def _promised_again(self, kept: Promise) -> None:
        if kept.call in self.calls or kept.caller in self.callback_by or kept.of in self.callback_of:
            return
        since, place_since, placed_at, until = (
            round(at * 1000) for at in (kept.since, kept.place_since, kept.placed_at, kept.until)
        )
        c = CallRecord(kept.call, kept.caller, kept.dialled, since, "", seen=0, place_since=place_since)
        c.kind, c.of, c.queue, c.priority = CallKind.CALLBACK, kept.of, kept.queue, kept.priority
        c.skills, c.placed_at, c.line_at, c.attempts = dict(kept.skills), placed_at, placed_at, kept.attempts
        self.callback_of[kept.of] = self.callback_by[kept.caller] = c.call
        if kept.notes:
            self.texts[c.call] = json.dumps(kept.notes, ensure_ascii=False)
        self.arrived(c)
        if until:
            c.state, c.until = CallState.LATER, until
            self.due[f"later:{c.call}"] = until
        else:
            self.stand(c)

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
        c.queue = c.queue or queue
        o = self._talks(operator)
        self.fence = max(self.fence, offer)
        c.seen, self.live[call] = self.now, c
        c.state, c.operator, c.offer, c.accepted, c.rung = CallState.TALKING, operator, offer, True, 1
        c.placed_at = c.line_at = min(c.placed_at, connected) if c.placed_at else c.since
        c.offered_at = c.connected_at = c.talk_at = connected
        o.call, o.offer, o.queue, o.helps = call, offer, c.queue, False
        waited_s = (connected - c.placed_at) / 1000
        data = {"offer": offer, "waited_s": waited_s, "helper": False, "connected_at": connected / 1000}
        self.tell(Kind.CONNECTED, call, operator, c.queue, data)
        self.move(o, OperatorState.TALKING)
        self.need_not_be_called(c)
        self.match()
        return c.view()

    @verb
    def bury(
        self, call: str, *, caller: str, dialled: str, since: float, queue: str, exchange: str, end: End, left: float
    ) -> bool:
        c = self.calls.get(call)
        if c is not None and c.end:
            return False
        if c is None:
            asked, came = round(left * 1000), round(since * 1000)
            left_at = min(asked, self.now) if asked > 0 else self.now
            at = min(came, left_at) if came > 0 else left_at
            c = CallRecord(
                call, caller, dialled, at, "", seen=0, place_since=at, queue=queue, exchange=exchange, placed_at=at,
                line_at=at,
            )  # fmt: skip
            self.arrived(c)
            self.end_call(c, end, left_at)
        else:
            self.end_call(c, end)
        self.match()
        return True

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


def standing_of(o: OperatorRecord) -> Standing | None:
    """Nothing of one who is away, or will be, or of whom no more than a talk is known."""
    if o.state is OperatorState.AWAY or o.next == "away" or not o.phone:
        return None
    paused = o.state is OperatorState.PAUSED or o.next == "paused"
    reason = o.reason if o.state is OperatorState.PAUSED else o.next_reason
    return Standing(
        operator=o.operator,
        phone=o.phone,
        queues=o.queues,
        skills=dict(o.skills),
        desk=o.uses_desk,
        state=OperatorState.PAUSED if paused else OperatorState.READY,
        reason=reason if paused else "",
        joined=o.joined,
    )
