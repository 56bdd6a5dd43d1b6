"""The feed's events as facts: each told once, however often it is read. Pure: time comes with the events.

Memory: the calls since the last `forget` and those still alive, one spell for each operator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kezek_queue.values import CallKind, End, FeedEvent, Kind, OperatorState

from .facts import CallFacts, Leg, Spell

OF_A_CALL = {Kind.ARRIVED, Kind.PLACED, Kind.CONNECTED, Kind.FINISHED, Kind.ENDED}


class Story:
    """`watch(call, -1)` before a call's facts change, `watch(call, 1)` after; `spent(spell)` when a spell is over."""

    def __init__(
        self,
        watch: Callable[[CallFacts, int], None] = lambda call, sign: None,
        spent: Callable[[Spell], None] = lambda spell: None,
    ) -> None:
        self.calls: dict[str, CallFacts] = {}
        self._watch = watch
        self._spent = spent
        self._spells: dict[str, Spell] = {}  # the present one of each operator; its end is its begin
        self._wrapping: dict[str, tuple[str, int]] = {}  # operator -> call and fence of the talk he had

    def see(self, event: FeedEvent) -> None:
        if event.kind is Kind.OPERATOR:
            self._operator(event)
        elif event.call and event.kind in OF_A_CALL:
            call = self.calls.get(event.call)
            if call is None:
                call = self.calls[event.call] = CallFacts(event.call)
            else:
                self._watch(call, -1)
            self._tell(call, event)
            self._watch(call, 1)

    def stands(self, operator: str, state: str, reason: str, since: float) -> None:
        """From a snapshot: an operator of whom no event has told yet."""
        if operator not in self._spells:
            self._spells[operator] = Spell(operator, state, reason, since, since)

    def recall(self, call: str, legs: Mapping[int, Leg]) -> None:
        """From the history: the legs of a call, where the feed has not told of them."""
        known = self.calls.get(call)
        if known is not None:
            self._watch(known, -1)
            known.legs = {**legs, **known.legs}
            self._watch(known, 1)

    def forget(self, before: float) -> None:
        """Drop the calls that ended before."""
        gone = [name for name, call in self.calls.items() if 0 < call.ended_at < before]
        for name in gone:
            del self.calls[name]

    def open_spells(self, now: float) -> Iterable[Spell]:
        """The present spells, as if they ended now."""
        for spell in self._spells.values():
            yield Spell(spell.operator, spell.state, spell.reason, spell.began, max(now, spell.began))

    def open_seconds(self, since: float, now: float) -> dict[str, float]:
        """What the present spells come to so far, by state; what was before `since` is left out."""
        spent: dict[str, float] = {}
        for spell in self._spells.values():
            spent[spell.state] = spent.get(spell.state, 0.0) + max(0.0, now - max(since, spell.began))
        return spent

    # calls

    def _tell(self, call: CallFacts, event: FeedEvent) -> None:
        data = event.data
        if data.get("kind"):
            call.kind = CallKind(data["kind"])
        if not call.since and event.kind in (Kind.ARRIVED, Kind.ENDED):  # a placing's is what the place counts from
            call.since = _number(data, "since") or (event.at if event.kind is Kind.ARRIVED else 0.0)
        if not call.ended_at:
            if data.get("priority") is not None:
                call.priority = int(data["priority"])
            if event.queue and not call.connected_at:
                call.queue = event.queue
        if event.kind is Kind.PLACED:
            if not call.placed_at and not call.ended_at and not call.connected_at:
                call.placed_at = event.at
        elif event.kind is Kind.ENDED:
            self._ended(call, event)
        elif event.kind is Kind.CONNECTED:
            self._connected(call, event)
        elif event.kind is Kind.FINISHED:
            self._finish(call, int(_number(data, "offer")), event.at, data)

    def _connected(self, call: CallFacts, event: FeedEvent) -> None:
        helper, fence = bool(event.data.get("helper")), int(_number(event.data, "offer"))
        if not call.connected_at and not call.ended_at and not helper:
            call.connected_at = event.at
            call.waited_s = _wait(call, event)
        if fence and fence not in call.legs:
            call.legs[fence] = Leg(event.operator, event.queue or call.queue, event.at)

    def _finish(self, call: CallFacts, fence: int, at: float, told: Mapping[str, Any]) -> None:
        leg = call.legs.get(fence)
        if leg is None or leg.finished_at:
            return
        leg.finished_at = at
        leg.hold_s = _number(told, "held_s")
        leg.talk_s = _number(told, "talked_s") or max(0.0, at - leg.connected_at - leg.hold_s)
        leg.how = str(told.get("how") or ("helper" if told.get("helper") else "finished"))
        self._wrapping[leg.operator] = (call.call, fence)

    def _ended(self, call: CallFacts, event: FeedEvent) -> None:
        if call.ended_at:
            return
        call.ended_at, call.end = event.at, str(event.data.get("end") or End.CUT)
        if not call.connected_at:
            call.waited_s = _wait(call, event)
        for fence in call.legs:
            self._finish(call, fence, event.at, {})

    # operators

    def _operator(self, event: FeedEvent) -> None:
        state, reason = str(event.data.get("state", "")), str(event.data.get("reason") or "")
        present = self._spells.get(event.operator)
        if present is not None and event.at < present.began:
            return  # told again
        if present is None or (present.state, present.reason) != (state, reason):
            if present is not None:
                self._spent(Spell(present.operator, present.state, present.reason, present.began, event.at))
            self._spells[event.operator] = Spell(event.operator, state, reason, event.at, event.at)
            if state != OperatorState.WRAP_UP:
                self._wrapped_up(event.operator, event.at)

    def _wrapped_up(self, operator: str, at: float) -> None:
        name, fence = self._wrapping.pop(operator, ("", 0))
        call = self.calls.get(name)
        if call is not None:
            self._watch(call, -1)
            call.legs[fence].wrap_up_s = max(0.0, at - call.legs[fence].finished_at)
            self._watch(call, 1)


def _wait(call: CallFacts, event: FeedEvent) -> float:
    """As the engine has measured it, else from the place in the line."""
    told = event.data.get("waited_s")
    if told is not None:
        return max(0.0, float(told))
    return max(0.0, event.at - call.placed_at) if call.placed_at else 0.0


def _number(data: Mapping[str, Any], name: str) -> float:
    return float(data.get(name) or 0.0)
