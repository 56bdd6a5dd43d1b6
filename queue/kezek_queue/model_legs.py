"""The model's moves of a call between its operators: rung, taken back, talked with, left, ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .model_line import ModelLine
from .records import IN_LINE, CallRecord, OperatorRecord
from .types import CallKind, CallState, End, Kind, OperatorState, Stale


class ModelLegs(ModelLine):
    # ringing

    def offered(self, c: CallRecord, offer: int, operator: str) -> tuple[OperatorRecord, bool]:
        """Who is rung or talks under this fence, and whether he only is rung; Stale when it is another's."""
        if offer and c.helper_offer == offer and c.state is CallState.TALKING:
            if operator in ("", c.helper):
                return self.operators[c.helper], not c.helper_at
        elif offer and c.offer == offer and c.state in (CallState.OFFERED, CallState.TALKING):
            rung = c.ringing if c.state is CallState.OFFERED else [c.operator]
            if not operator or operator in rung:
                return self.operators[operator or c.operator], c.state is CallState.OFFERED
        raise Stale(f"offer {offer} of call {c.call}")

    def ringing(self, o: OperatorRecord) -> bool:
        """Rung and not picked up."""
        if o.state is not OperatorState.OFFERED:
            return False
        c = self.calls[o.call]
        return not (c.helper_accepted if o.helps else c.accepted)

    def back_in_line(self, c: CallRecord) -> None:
        """At the same place; what becomes of the operator is the caller's next line."""
        self.due.pop(f"lease:{c.call}", None)
        c.operator, c.offer, c.offered_at, c.accepted, c.ringing, c.rung = "", 0, 0, False, [], 0
        self.into_line(c)

    def drop_ringer(self, c: CallRecord, o: OperatorRecord, kind: Kind, data: Mapping[str, Any]) -> None:
        """One of those rung drops out; after the last the caller is back in the line."""
        self.tell(kind, c.call, o.operator, c.queue, {"offer": c.offer, **data})
        c.ringing.remove(o.operator)
        if not c.ringing:
            self.back_in_line(c)
        elif c.operator == o.operator:
            c.operator = c.ringing[0]

    def drop_offer(self, o: OperatorRecord, kind: Kind, data: Mapping[str, Any]) -> None:
        """What rings at this operator's phone, as an owner or a helper, is taken from him."""
        c = self.calls[o.call]
        if o.helps:
            self.tell(kind, c.call, o.operator, c.queue, {"offer": c.helper_offer, **data})
            self.no_helper(c)
        else:
            self.drop_ringer(c, o, kind, data)

    def leave_line(self, c: CallRecord) -> None:
        """Out of the line without an end; who is rung for it is ready as before."""
        if not self.in_line(c):
            return
        rung = [self.operators[name] for name in c.ringing]
        for o in rung:
            self.drop_ringer(c, o, Kind.DECLINED, {"reason": "left", "pause": False})
        self.out_of_line(c)
        self.out_of_rank(c)
        c.state = CallState.ARRIVED
        self.tell(Kind.LEFT, c.call, "", c.queue, {})
        for o in rung:
            self.to_next(o, o.idle)

    def lose_offer(self, o: OperatorRecord, reason: str) -> None:
        """The desk or the phone went away: a ringing offer is lost, the operator stays ready for when it is back."""
        if self.ringing(o):
            self.drop_offer(o, Kind.LAPSED, {"reason": reason})
            self.to_ready(o, o.idle)
        else:
            self.look(o)
            self.changed(o)

    def taken(self, c: CallRecord, by: OperatorRecord) -> None:
        """One of those rung picked up: the others are ready as before. While the citizen is dialled the lease goes on:
        there is no channel yet whose end would be noticed (P1)."""
        others = [self.operators[name] for name in c.ringing if name != by.operator]
        c.operator, c.ringing, c.accepted, by.missed = by.operator, [by.operator], True, 0
        if not c.to_dial:
            self.due.pop(f"lease:{c.call}", None)
            by.until = 0
        self.tell(Kind.ACCEPTED, c.call, by.operator, c.queue, {"offer": c.offer})
        for o in others:
            data = {"offer": c.offer, "reason": "taken", "pause": False}
            self.tell(Kind.DECLINED, c.call, o.operator, c.queue, data)
            self.to_next(o, o.idle)

    # talking

    def owner_of(self, c: CallRecord, offer: int) -> OperatorRecord:
        """Who talks to the caller under this fence; Stale when nobody does."""
        if not offer or c.state is not CallState.TALKING or c.offer != offer:
            raise Stale(f"offer {offer} of call {c.call}")
        return self.operators[c.operator]

    def no_helper(self, c: CallRecord) -> None:
        self.due.pop(f"help:{c.call}", None)
        c.helper, c.helper_offer, c.helper_accepted, c.helper_at = "", 0, False, 0

    def finish_helper(self, c: CallRecord, until: int) -> None:
        """The helper wraps up; one who is only rung is ready as before."""
        o = self.operators.get(c.helper)
        if o is None:
            return
        if c.helper_at:
            data = {
                "offer": c.helper_offer,
                "until": until / 1000,
                "talked_s": (self.now - c.helper_at) / 1000,
                "held_s": 0.0,
                "helper": True,
                "how": "helper",
            }
            self.tell(Kind.FINISHED, c.call, o.operator, c.queue, data)
            self.to_wrap_up(o, until)
        else:
            data = {"offer": c.helper_offer, "reason": "over", "pause": False}
            self.tell(Kind.DECLINED, c.call, o.operator, c.queue, data)
            self.to_next(o, o.idle)
        self.no_helper(c)

    def finish_owner(self, c: CallRecord, until: int, how: str) -> None:
        held = c.held + (self.now - c.held_at if c.held_at else 0)
        data = {
            "offer": c.offer,
            "until": until / 1000,
            "talked_s": (self.now - c.talk_at - held) / 1000,
            "held_s": held / 1000,
            "helper": False,
            "how": how,
        }
        self.tell(Kind.FINISHED, c.call, c.operator, c.queue, data)
        c.talk_at, c.held, c.held_at, c.aside_to, c.aside_state = 0, 0, 0, "", ""
        self.to_wrap_up(self.operators[c.operator], until)

    # the end

    def end_call(self, c: CallRecord, end: End, left: int = 0) -> None:
        """`left`: when it ended, milliseconds, where that was not just now."""
        if end is End.ABANDONED and c.connected_at:
            end = End.ANSWERED
        state, operator = c.state, c.operator
        if state is CallState.TALKING:
            until = self.now + round(self.settings.wrap_up_s * 1000)
            self.finish_owner(c, until, "finished")
            self.finish_helper(c, until)
        self.out_of_line(c)
        self.out_of_rank(c)
        rung, c.ringing = c.ringing, []
        self.due.pop(f"lease:{c.call}", None)
        self.due.pop(f"later:{c.call}", None)
        c.state, c.end, c.until = CallState.ENDED, str(end), 0
        self.live.pop(c.call, None)
        self.ended.append((self.now, c.call))
        self.counts[self.day, c.queue, c.end] += 1
        self.forget_callback(c)
        self.remember_place(c, end)
        facts = {
            "end": c.end,
            "since": c.since / 1000,
            "placed_at": c.placed_at / 1000,
            "connected_at": c.connected_at / 1000,
            "kind": str(c.kind),
            "of": c.of,
            "place_since": c.place_since / 1000,
            "waited_s": ((c.connected_at or left or self.now) - c.placed_at) / 1000 if c.placed_at else 0.0,
        }
        if left:
            facts["ended_at"] = left / 1000
        self.tell(Kind.ENDED, c.call, operator, c.queue, facts)
        if state is CallState.OFFERED:
            c.operator, c.offer = "", 0
            for o in map(self.operators.__getitem__, rung):
                self.to_next(o, o.idle)

    def need_not_be_called(self, c: CallRecord) -> None:
        """Who has dialled in himself meanwhile need not be called back."""
        promised = self.callback_by.get(c.caller) if c.kind is CallKind.CALL and c.caller else None
        if promised and self.calls[promised].state in (CallState.WAITING, CallState.LATER):
            self.end_call(self.calls[promised], End.INFORMED)

    def forget_callback(self, c: CallRecord) -> None:
        if self.callback_of.get(c.of) == c.call:
            del self.callback_of[c.of]
        if self.callback_by.get(c.caller) == c.call:
            del self.callback_by[c.caller]

    def remember_place(self, c: CallRecord, end: End) -> None:
        """Who left the line or was cut and dials again soon has the old place back; also who gave an old place up
        before it."""
        redial = round(self.rules_of(c.queue).redial_s * 1000)
        left = end is End.ABANDONED and (c.placed_at or c.place_since != c.since)
        if c.caller and redial and (left or end is End.CUT):
            self.redials.pop(c.caller, None)  # to the end
            self.redials[c.caller] = (self.now + redial, c.place_since, c.priority, c.behind_until)

    def lapse(self, c: CallRecord) -> None:
        """Nobody picked up: the operator is paused; of several, who missed twice in a row. Who picked up and waited in
        vain for a citizen to be dialled is ready."""
        several, accepted = c.rung > 1, c.accepted
        for o in [self.operators[name] for name in c.ringing]:
            self.drop_ringer(c, o, Kind.LAPSED, {"reason": "no_answer"})
            o.missed += not accepted
            if accepted or (several and o.missed < 2):
                self.to_next(o, o.idle)
            else:
                self.to_paused(o, "no_answer")

    def lapse_helper(self, c: CallRecord) -> None:
        o = self.operators[c.helper]
        self.drop_offer(o, Kind.LAPSED, {"reason": "no_answer"})
        self.to_paused(o, "no_answer")

    def in_line(self, c: CallRecord) -> bool:
        return c.state in IN_LINE
