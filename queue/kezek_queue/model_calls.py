"""The model's verbs of a call outside a talk: it comes, stands in the line, leaves, is called back, ends."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from .model_legs import ModelLegs
from .model_state import verb
from .records import CallRecord
from .types import Call, CallKind, CallState, End, Full, Kind, NotAllowed, OperatorState, Stale, Waiting

NO_PLACE = (0, 0, 0, 0)  # that a caller could have back
SPEAKS_MS = 300_000  # a caller who has not come to the line by then is called back after all


class ModelCalls(ModelLegs):
    @verb
    def arrive(
        self, call: str, *, caller: str, dialled: str, since: float, node: str, queue: str = "", exchange: str = ""
    ) -> Call:
        c = self.calls.get(call)
        if c is None:
            asked = round(since * 1000)
            at = min(asked, self.now) if asked > 0 else self.now
            c = CallRecord(
                call, caller, dialled, at, node, seen=self.now, place_since=at, queue=queue, exchange=exchange
            )
            until, place_since, priority, behind_until = self.redials.pop(caller, NO_PLACE) if caller else NO_PLACE
            if until > self.now:
                c.place_since, c.priority, c.floor = min(place_since, at), priority, priority
                c.behind_until = behind_until
            promised = self.calls.get(self.callback_by.get(caller, "")) if caller else None
            if promised and (not promised.to_dial or promised.reached or promised.state is CallState.OFFERED):
                promised = None
            if promised:
                c.place_since = min(c.place_since, promised.place_since)
                c.priority = c.floor = max(c.priority, promised.priority)
                c.behind_until = promised.behind_until or c.behind_until
            self.live[call] = c
            self.arrived(c)
            if promised:
                c.took = promised.call
                self._rests(promised)
        elif not c.end:
            c.node, c.exchange, c.reached = node, exchange, c.kind is CallKind.CALLBACK
            if c.seen:
                c.seen = self.now
        return c.view()

    def _rests(self, c: CallRecord) -> None:
        """A callback whose citizen speaks with us: not dialled meanwhile, and not lost if he hangs up."""
        self.out_of_line(c)
        self.out_of_rank(c)
        c.state, c.until = CallState.LATER, max(c.until, self.now + SPEAKS_MS)
        self.due[f"later:{c.call}"] = c.until
        data = {"offer": 0, "reason": "dialled_in", "until": c.until / 1000, "attempts": c.attempts}
        self.tell(Kind.POSTPONED, c.call, "", c.queue, data)

    def arrived(self, c: CallRecord) -> None:
        self.calls[c.call] = c
        data = {
            "since": c.since / 1000,
            "place_since": c.place_since / 1000,
            "dialled": c.dialled,
            "node": c.node,
            "kind": str(c.kind),
            "of": c.of,
            "priority": c.priority,
        }
        self.tell(Kind.ARRIVED, c.call, "", c.queue, data)

    @verb
    def place(
        self,
        call: str,
        *,
        queue: str,
        priority: int = 0,
        skills: Mapping[str, int] | None = None,
        wanted: str = "",
        placed_at: float = 0.0,
    ) -> Waiting:
        c = self.get_call(call)
        if c.state in (CallState.TALKING, CallState.LATER, CallState.ENDED):
            raise NotAllowed(f"a call {c.state} cannot be placed")
        if c.state is CallState.OFFERED and c.queue != queue:
            raise NotAllowed("a call offered cannot change its queue")
        asked, level = dict(skills or {}), max(priority, c.floor)
        new = not c.placed_at and c.place_since == c.since and level < 9 and c.kind is CallKind.CALL
        capacity = self.rules_of(queue).capacity
        if new and 0 < capacity <= self.callers_in(queue):
            raise Full(f"queue {queue} has {capacity} waiting")
        same = (c.queue, c.priority, c.skills, c.named) == (queue, level, asked, wanted)
        if c.state is CallState.ARRIVED or (c.state is CallState.WAITING and not same):
            self.out_of_line(c)
            self.out_of_rank(c)
            if c.state is CallState.ARRIVED:
                first = min(round(placed_at * 1000), self.now) if round(placed_at * 1000) > 0 else self.now
                c.placed_at = c.placed_at or first
                c.line_at = self.now if c.connected_at else c.placed_at
                c.operator, c.offer, c.offered_at = "", 0, 0
                took = self.calls.get(c.took)
                if took and took.state in (CallState.LATER, CallState.WAITING):
                    self.end_call(took, End.INFORMED)  # he stands in the line himself
                c.took = ""
            c.queue, c.priority, c.skills, c.named = queue, level, asked, wanted
            c.wanted = wanted
            self.stand(c)
        place = Waiting(call, c.queue, c.priority, c.place_since / 1000, self.position(c), c.kind)
        self.match()
        return place

    @verb
    def callback(
        self,
        of: str,
        *,
        caller: str,
        queue: str = "",
        priority: int = 0,
        skills: Mapping[str, int] | None = None,
        place_since: float = 0.0,
        node: str = "",
    ) -> Call:
        source = self.calls.get(of)
        living = self.callback_of.get(of) or self.callback_by.get(caller, "")
        waits = source is not None and self.in_line(source)
        queue = (source.queue if source and (waits or not queue) else "") or queue
        if not living and not (caller and queue):
            raise NotAllowed("a callback needs a number and a queue")
        if living:
            c = self.calls[living]
        else:
            asked = round(place_since * 1000)
            at = min(asked, self.now) if asked > 0 else self.now
            if source is not None and (waits or (asked <= 0 and source.placed_at)):
                at = source.place_since
            dialled = source.dialled if source else ""
            node = node or (source.node if source else "")
            c = CallRecord(self._callback_name(of), caller, dialled, self.now, node, seen=0, place_since=at)
            c.kind, c.of = CallKind.CALLBACK, of
            c.priority = source.priority if source and waits else priority
            c.behind_until = source.behind_until if source and waits else 0
            self.callback_of[of] = self.callback_by[caller] = c.call
            if of in self.texts:
                self.texts[c.call] = self.texts[of]
            self.arrived(c)
        if source is not None and waits and source is not c:
            self.end_call(source, End.CALLBACK)
        if not living:
            c.queue, c.skills = queue, dict(source.skills) if source and waits else dict(skills or {})
            c.placed_at = c.line_at = self.now
            self.stand(c)
        self.match()
        return c.view()

    def _callback_name(self, of: str) -> str:
        name, n = f"cb-{of}", 1
        while name in self.calls:
            n += 1
            name = f"cb-{of}.{n}"
        return name

    @verb
    def leave(self, call: str) -> None:
        c = self.get_call(call)
        if c.state is CallState.TALKING:
            raise NotAllowed("a talk cannot leave the line")
        self.leave_line(c)
        self.match()

    @verb
    def note(self, call: str, notes: Mapping[str, Any], over: Mapping[str, Any] | None = None) -> None:
        c = self.get_call(call)
        text = json.dumps(notes, ensure_ascii=False)
        if over is not None and self.texts.get(call, "{}") != json.dumps(over, ensure_ascii=False):
            raise Stale(f"other notes of call {call}")
        if self.texts.get(call) != text:
            self.texts[call] = text
            self.tell(Kind.NOTED, call, c.operator, c.queue, {})

    @verb
    def notes(self, call: str) -> dict[str, Any]:
        kept: dict[str, Any] = json.loads(self.texts.get(call, "{}"))
        return kept

    @verb
    def end(self, call: str, end: End) -> bool:
        c = self.get_call(call)
        if c.end:
            return False
        self.end_call(c, end)
        self.match()
        return True

    @verb
    def reconcile(
        self, live_calls: Collection[str], *, end: End, grace_s: float, exchange: str = "", cut_before: float = 0.0
    ) -> tuple[str, ...]:
        alive, before, began = set(live_calls), self.now - round(grace_s * 1000), round(cut_before * 1000)
        here = [c for c in self.live.values() if c.exchange == exchange and c.call not in alive]
        cut = {c.call for c in here if (c.seen if c.kind is CallKind.CALLBACK else c.since) < began}
        gone = [c for c in here if c.seen <= before or c.call in cut]
        gone.sort(key=lambda c: (c.seen, c.call.encode()))
        for c in gone:
            self.end_call(c, End.CUT if c.call in cut else end)
        self.match()
        return tuple(c.call for c in gone)

    @verb
    def postpone(self, call: str, offer: int, reason: str) -> Call:
        c = self.get_call(call)
        o, offered = self.offered(c, offer, "")
        if not offered or not c.to_dial or o.state is not OperatorState.OFFERED:
            raise NotAllowed("only a callback being dialled can be postponed")
        pauses = self.rules_of(c.queue).callback_retries_s
        c.attempts += 1
        again = self.now + round(pauses[c.attempts - 1] * 1000) if c.attempts <= len(pauses) else 0
        data = {"offer": offer, "reason": reason, "until": again / 1000, "attempts": c.attempts}
        self.tell(Kind.POSTPONED, call, o.operator, c.queue, data)
        if again:
            self.out_of_rank(c)
            self.due.pop(f"lease:{call}", None)
            self.due[f"later:{call}"] = again
            c.state, c.until, c.reached = CallState.LATER, again, False
            c.operator, c.offer, c.offered_at, c.accepted, c.ringing, c.rung = "", 0, 0, False, [], 0
            self.to_next(o, o.idle)
        else:
            self.end_call(c, End.ABANDONED)
        self.match()
        return c.view()
