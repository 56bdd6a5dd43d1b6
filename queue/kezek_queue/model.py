"""The rules of the waiting line in plain Python, without I/O: the same verbs as the Lua scripts, word for word.

Every verb reads the clock once, checks, and only then changes anything, so a raised error leaves all as it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from .model_operators import ModelOperators
from .records import CallRecord
from .settings import QueueSettings
from .types import Call, CallState, End, Kind, NotAllowed, OperatorState, Stale, Waiting


class Model(ModelOperators):
    def __init__(self, clock: Callable[[], float], settings: QueueSettings | None = None) -> None:
        super().__init__(clock, settings or QueueSettings())

    # calls

    def arrive(self, call: str, *, caller: str, dialled: str, since: float, node: str) -> Call:
        self.tell_time()
        c = self.calls.get(call)
        if c is None:
            asked = round(since * 1000)
            c = CallRecord(
                call=call,
                caller=caller,
                dialled=dialled,
                since=min(asked, self.now) if asked > 0 else self.now,
                node=node,
                seen=self.now,
            )
            self.calls[call] = self.live[call] = c
            data = {"since": c.since / 1000, "dialled": dialled, "node": node}
            self.tell(Kind.ARRIVED, call, "", "", data)
        elif not c.end:
            c.node, c.seen = node, self.now
        return c.view()

    def place(self, call: str, *, queue: str, priority: int = 0, skills: Mapping[str, int] | None = None) -> Waiting:
        self.tell_time()
        c = self.get_call(call)
        wanted = dict(skills or {})
        same = c.queue == queue and c.priority == priority and c.skills == wanted
        if c.state in (CallState.TALKING, CallState.ENDED):
            raise NotAllowed(f"a call {c.state} cannot be placed")
        if c.state is CallState.OFFERED and c.queue != queue:
            raise NotAllowed("a call offered cannot change its queue")
        if c.state is CallState.ARRIVED or (c.state is CallState.WAITING and not same):
            self.out_of_line(c)
            self.out_of_rank(c)
            if c.state is CallState.ARRIVED:
                c.placed_at, c.operator, c.offer, c.offered_at = self.now, "", 0, 0
            c.queue, c.priority, c.skills = queue, priority, wanted
            self.into_line(c)
            self.into_rank(c)
            data = {"priority": priority, "position": self.position(c), "since": c.since / 1000}
            self.tell(Kind.PLACED, call, "", queue, data)
        place = Waiting(call, c.queue, c.priority, c.since / 1000, self.position(c))
        self.match()
        return place

    def leave(self, call: str) -> None:
        self.tell_time()
        c = self.get_call(call)
        if c.state is CallState.TALKING:
            raise NotAllowed("a talk cannot leave the line")
        if c.state in (CallState.WAITING, CallState.OFFERED):
            o = self.operators.get(c.operator)
            if o is not None:
                self.take_back(c, Kind.DECLINED, {"reason": "left", "pause": False})
            self.out_of_line(c)
            self.out_of_rank(c)
            c.state = CallState.ARRIVED
            self.tell(Kind.LEFT, call, "", c.queue, {})
            if o is not None:
                self.to_next(o, o.idle)
            self.match()

    def note(self, call: str, notes: Mapping[str, Any]) -> None:
        self.tell_time()
        c = self.get_call(call)
        text = json.dumps(notes, ensure_ascii=False)
        if self.texts.get(call) != text:
            self.texts[call] = text
            self.tell(Kind.NOTED, call, c.operator, c.queue, {})

    def notes(self, call: str) -> dict[str, Any]:
        self.tell_time()
        kept: dict[str, Any] = json.loads(self.texts.get(call, "{}"))
        return kept

    def end(self, call: str, end: End) -> bool:
        self.tell_time()
        c = self.get_call(call)
        if c.end:
            return False
        self.end_call(c, end)
        self.match()
        return True

    def end_call(self, c: CallRecord, end: End) -> None:
        if end is End.ABANDONED and c.connected_at:
            end = End.ANSWERED
        state, operator, o = c.state, c.operator, self.operators.get(c.operator)
        until = self.now + round(self.settings.wrap_up_s * 1000)
        if state is CallState.TALKING:
            data = {"offer": c.offer, "until": until / 1000}
            self.tell(Kind.FINISHED, c.call, operator, c.queue, data)
        self.out_of_line(c)
        self.out_of_rank(c)
        c.state, c.end = CallState.ENDED, str(end)
        del self.live[c.call]
        self.ended.append((self.now, c.call))
        self.counts[self.day, c.queue, c.end] += 1
        facts = {"end": c.end, "since": c.since / 1000, "connected_at": c.connected_at / 1000}
        self.tell(Kind.ENDED, c.call, operator, c.queue, facts)
        if o is not None and state is CallState.OFFERED:
            c.operator, c.offer = "", 0
            self.to_next(o, o.idle)
        elif o is not None and state is CallState.TALKING:
            self.to_wrap_up(o, until)

    def reconcile(self, live_calls: Collection[str], *, end: End, grace_s: float) -> tuple[str, ...]:
        self.tell_time()
        alive, before = set(live_calls), self.now - round(grace_s * 1000)
        gone = [c for c in self.live.values() if c.call not in alive and c.seen <= before]
        gone.sort(key=lambda c: (c.seen, c.call.encode()))
        for c in gone:
            self.end_call(c, end)
        self.match()
        return tuple(c.call for c in gone)

    # offers

    def _offered(self, call: str, offer: int) -> tuple[CallRecord, bool]:
        """The call, and whether it is this offer that it is offered by; Stale when the offer is another's."""
        c = self.get_call(call)
        if c.offer != offer or c.state not in (CallState.OFFERED, CallState.TALKING):
            raise Stale(f"offer {offer} of call {call}")
        return c, c.state is CallState.OFFERED

    def accept(self, call: str, offer: int) -> None:
        self.tell_time()
        c, offered = self._offered(call, offer)
        if offered and not c.accepted:
            c.accepted = True
            o = self.operators[c.operator]
            o.until = 0
            self.due.pop(f"until:{o.operator}", None)
            self.tell(Kind.ACCEPTED, call, c.operator, c.queue, {"offer": offer})

    def connect(self, call: str, offer: int) -> None:
        self.tell_time()
        c, offered = self._offered(call, offer)
        if offered:
            self.out_of_rank(c)
            c.state, c.connected_at = CallState.TALKING, c.connected_at or self.now
            waited_s = (self.now - c.placed_at) / 1000
            self.tell(Kind.CONNECTED, call, c.operator, c.queue, {"offer": offer, "waited_s": waited_s})
            self.move(self.operators[c.operator], OperatorState.TALKING)
            self.tell_operator(self.operators[c.operator])

    def decline(self, call: str, offer: int, reason: str, *, pause: bool) -> None:
        self.tell_time()
        c, offered = self._offered(call, offer)
        if not offered:
            raise NotAllowed("a talk cannot be declined")
        o = self.operators[c.operator]
        self.take_back(c, Kind.DECLINED, {"reason": reason, "pause": pause})
        if pause and not o.next:
            self.to_paused(o, reason)
        else:
            self.to_next(o, self.now)
        self.match()

    def finish(self, call: str, offer: int, *, wrap_up: float) -> None:
        self.tell_time()
        c = self.get_call(call)
        if not offer or c.offer != offer or c.state in (CallState.WAITING, CallState.OFFERED):
            raise Stale(f"offer {offer} of call {call}")
        o = self.operators[c.operator]
        if c.state is CallState.TALKING:
            until = self.now + round(wrap_up * 1000)
            data = {"offer": offer, "until": until / 1000}
            self.tell(Kind.FINISHED, call, c.operator, c.queue, data)
            c.state = CallState.ARRIVED
            self.to_wrap_up(o, until)
        elif o.state is OperatorState.WRAP_UP and o.offer == offer:
            until = o.since + round(wrap_up * 1000)
            if until <= self.now:
                self.to_next(o, self.now)
            elif until != o.until:
                o.until = self.due[f"until:{o.operator}"] = until
                self.tell_operator(o)
        self.match()
