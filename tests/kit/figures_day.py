"""A made-up day of a hotline, told twice: by the feed's events, and by the rows that the history would hold.

Both are made from the same dice, neither from the other. All times are halves of seconds, so that sums are exact in any
order.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from kezek_queue import End, FeedEvent, Kind
from kezek_register.types import CallRecord, Leg, OperatorTime

QUEUES = ("hotline", "water")


@dataclass
class Day:
    events: list[FeedEvent] = field(default_factory=list)
    records: dict[str, CallRecord] = field(default_factory=dict)
    legs: list[Leg] = field(default_factory=list)
    times: list[OperatorTime] = field(default_factory=list)


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def made_up(seed: int, *, calls: int = 60, begin: float = 86_400.0, length: float = 7200.0, operators: int = 4) -> Day:
    return _Dice(random.Random(seed), begin, length, operators).throw(calls)  # noqa: S311 - made up


class _Dice:
    def __init__(self, dice: random.Random, begin: float, length: float, operators: int) -> None:
        self.dice = dice
        self.begin, self.length = begin, length
        self.day = Day()
        self.told: list[tuple[float, int, FeedEvent]] = []
        self.free = {f"op{n}": begin for n in range(operators)}
        self.spells: dict[str, list[tuple[float, str, str]]] = {}
        self.offer = 0
        for operator in self.free:
            self.turns(operator, begin, "ready")

    def throw(self, calls: int) -> Day:
        moments = sorted(self.begin + self.half(0, self.length) for _ in range(calls))
        for number, moment in enumerate(moments):
            self.call(f"c{number}", moment)
        self.day.events = [event for *_, event in sorted(self.told, key=lambda entry: entry[:2])]
        for operator, turns in self.spells.items():
            ends = [began for began, *_ in turns[1:]] + [None]
            for (began, state, reason), ended in zip(turns, ends, strict=True):
                closed = None if ended is None else at(ended)
                self.day.times.append(OperatorTime(operator, state, reason, at(began), closed))
        return self.day

    def half(self, least: float, most: float) -> float:
        return self.dice.randint(round(2 * least), round(2 * most)) / 2

    def tell(self, when: float, what: Kind, call: str, operator: str = "", queue: str = "", **data: Any) -> None:
        event = FeedEvent(f"{round(when * 1000)}-0", what, when, call, operator, queue, data)
        self.told.append((when, len(self.told), event))

    def turns(self, operator: str, when: float, state: str, reason: str = "") -> None:
        self.spells.setdefault(operator, []).append((when, state, reason))
        self.tell(when, Kind.OPERATOR, "", operator, state=state, reason=reason)

    # a call

    def call(self, call: str, since: float, *, kind: str = "call", of: str = "") -> None:
        dice = self.dice
        queue, priority = dice.choice(QUEUES), dice.choice((0, 0, 0, 9))
        facts: dict[str, Any] = {
            "queue": "",
            "end": "",
            "placed": None,
            "connected": None,
            "ended": None,
            "waited": 0.0,
        }
        # who dials again within minutes has the old place: it counts for the order, not for the wait
        self.tell(since, Kind.ARRIVED, call, since=since, place_since=since - dice.choice((0, 120)), kind=kind, of=of)
        fate = "answered" if kind == "callback" else dice.choice(
            ("answered",) * 8 + ("transferred", "helped", "joined", "abandoned", "abandoned", "callback", "cut", "left",
                                 "refused", "informed", "waiting"))  # fmt: skip
        if fate in ("left", "refused", "informed"):
            self.ends(call, since + self.half(1, 30), {"left": "abandoned"}.get(fate, fate), facts, queue="")
        else:
            facts["queue"], facts["placed"] = queue, since + self.half(0, 40)
            self.tell(facts["placed"], Kind.PLACED, call, "", queue, priority=priority, since=since - 120, kind=kind)
            if fate in ("abandoned", "callback", "cut"):
                ended = facts["placed"] + self.half(0, 60)
                self.ends(call, ended, fate, facts, queue=queue)
                if fate == "callback":
                    self.call(f"cb-{call}", ended, kind="callback", of=call)
            elif fate != "waiting":
                self.talks(call, queue, facts, fate)
        if not facts["placed"]:
            priority = 0
        self.day.records[call] = CallRecord(
            call=call,
            caller="",
            dialled="109",
            language="",
            queue=facts["queue"],
            operator="",
            end=facts["end"],
            since=at(since),
            placed_at=at(facts["placed"]) if facts["placed"] else None,
            connected_at=at(facts["connected"]) if facts["connected"] else None,
            ended_at=at(facts["ended"]) if facts["ended"] else None,
            ticket="",
            kind=kind,
            of=of,
            priority=priority,
            waited_s=facts["waited"],
        )

    def ends(self, call: str, when: float, end: str, facts: dict[str, Any], *, queue: str) -> None:
        facts["ended"], facts["end"] = when, end
        if facts["placed"] and not facts["connected"]:
            facts["waited"] = when - facts["placed"]
        waited: Mapping[str, float] = {"waited_s": facts["waited"]} if facts["placed"] else {}
        self.tell(when, Kind.ENDED, call, "", queue, end=End(end), **waited)

    def talks(self, call: str, queue: str, facts: dict[str, Any], fate: str) -> None:
        finished = self.leg(call, queue, facts["placed"], fate, facts)
        if fate == "transferred":
            self.tell(finished, Kind.TRANSFERRED, call, "", queue)
            other = self.dice.choice(QUEUES)
            self.tell(finished, Kind.PLACED, call, "", other)
            facts["queue"] = other
            finished = self.leg(call, other, finished, "answered", facts)
        self.ends(call, finished, "answered", facts, queue=queue)

    def leg(self, call: str, queue: str, ready_at: float, fate: str, facts: dict[str, Any]) -> float:
        """One operator's part; returns when it was over."""
        operator, offer, connected = self.taken(call, queue, ready_at)
        if not facts["connected"]:
            facts["connected"], facts["waited"] = connected, connected - facts["placed"]
        waited = connected - ready_at
        self.tell(connected, Kind.CONNECTED, call, operator, queue, offer=offer, waited_s=waited)
        self.turns(operator, connected, "talking")
        held = self.half(1, 20) if self.dice.random() < 0.3 else 0.0
        if held:
            self.tell(connected + 5, Kind.HELD, call, operator, queue, offer=offer)
            self.tell(connected + 5 + held, Kind.RESUMED, call, operator, queue, offer=offer)
        finished = connected + 5 + held + self.half(1, 200)
        how = "finished"
        if fate == "transferred":
            how = "transferred"
        over = finished
        if fate in ("helped", "joined"):
            helper, fence, begins = self.taken(call, queue, connected + 5 + held, but=operator)
            finished = over = max(finished, begins + 4)
            self.tell(begins, Kind.CONNECTED, call, helper, queue, offer=fence, helper=True, waited_s=0.0)
            self.turns(helper, begins, "talking")
            role = "helper"
            if fate == "helped":
                how, role, over = "handed_over", "finished", finished + self.half(1, 60)
            self.closes(call, queue, operator, offer, connected, finished, held, how)
            self.closes(call, queue, helper, fence, begins, over, 0.0, role)
            return over
        self.closes(call, queue, operator, offer, connected, finished, held, how)
        return over

    def taken(self, call: str, queue: str, ready_at: float, *, but: str = "") -> tuple[str, int, float]:
        """An operator, his fence, and when he speaks."""
        operator = min((name for name in self.free if name != but), key=lambda name: self.free[name])
        offered = max(ready_at, self.free[operator])
        self.offer += 1
        self.tell(offered, Kind.OFFERED, call, operator, queue, offer=self.offer)
        self.turns(operator, offered, "offered")
        return operator, self.offer, offered + self.half(1, 8)

    def closes(
        self, call: str, queue: str, operator: str, offer: int, began: float, over: float, held: float, how: str
    ) -> None:
        talk = over - began - held
        facts = {"talked_s": talk, "held_s": held, "helper": how == "helper", "how": how}
        self.tell(over, Kind.FINISHED, call, operator, queue, offer=offer, **facts)
        wrapped = over + self.half(0.5, 30)
        self.turns(operator, over, "wrap_up")
        paused = self.dice.random() < 0.2
        self.turns(operator, wrapped, "paused" if paused else "ready", "break" if paused else "")
        if paused:
            self.turns(operator, wrapped + 30, "ready")
        self.free[operator] = wrapped + 30.5
        leg = Leg(call, offer, operator, queue, at(began), at(over), talk, held, wrapped - over, how)
        self.day.legs.append(leg)
