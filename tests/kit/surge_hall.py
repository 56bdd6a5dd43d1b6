"""Two hours of too many callers, whole calls in virtual time: normal load, x12, x8, then until everybody is served."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, replace
from typing import cast

from kezek_ivr.types import Waits
from kezek_queue import CallKind, CallState, FeedEvent, Kind, QueueRules
from kezek_queue.records import AT_WORK
from kit.ivr_outbound import MemoryLedger, Node
from kit.ivr_world import World
from kit.queue_order import overtaken
from kit.scripted_line import (
    NEVER,
    Cue,
    Phone,
    ScriptedLine,
    after,
    during,
    hang_up,
    pause,
    press,
    say,
    while_ringing,
    while_waiting,
)
from kit.virtual_time import VirtualTimeLoop

OPERATORS, TALK_S, WRAP_UP_S, PATIENCE_S = 8, 45.0, 10.0, 240.0
NORMAL = 0.8 * OPERATORS / (TALK_S + WRAP_UP_S + 5)  # calls a second: four fifths of the operators' time
SHARE, CAPACITY = 0.3, 20
RULES = QueueRules(callback_retries_s=(300.0,), capacity=CAPACITY, callback_share=SHARE, together=3)
MANNERS = ("straight", "speaks", "silent", "callback", "nine")
QUARTER_S = 900
LOOK_S = 10.0


def operators() -> dict[str, Phone]:
    """Named as `World.open` wants them."""
    return {f"op{n}_20{n}": Phone(answers_after=1.5 + n % 4, talks=TALK_S - 14 + 4 * n) for n in range(OPERATORS)}


class Long(Waits):
    """An honest wait long enough for a callback, where anybody stands before."""

    def wait_s(self, queue: str, position: int) -> float | None:
        return 70.0 * position


@dataclass
class Look:
    """What the process has to carry at one moment."""

    lines: int
    timers: int
    tasks: int


class Surge:
    """`dice` decides everything; the same seed is the same day."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.dice = world, random.Random(seed)  # noqa: S311 - the same day each time
        world.settings = replace(world.settings, callbacks=True, wrap_up_s=WRAP_UP_S)
        world.waits = Long()
        self.node = Node(world, MemoryLedger())
        self.lines: list[ScriptedLine] = []
        self.emergencies: list[ScriptedLine] = []
        self.overtaken: list[tuple[str, str]] = []
        self.too_many_dialled: list[int] = []
        self.looks: dict[str, list[Look]] = {}
        self.turns: dict[str, float] = {}  # of the loop, for each second of each line
        self._publish = world.queues.model.on_event
        world.queues.model.on_event = self.hear

    def hear(self, event: FeedEvent) -> None:
        if event.kind is Kind.OFFERED:
            model = self.world.queues.model
            self.overtaken += overtaken(model, event)
            if event.data["kind"] == "callback":
                dialled = sum(
                    c.state is CallState.OFFERED and c.to_dial
                    for c in map(model.calls.__getitem__, model.callback_of.values())
                )
                at_work = sum(o.state in AT_WORK for o in model.operators.values())
                if dialled > max(1, int(SHARE * at_work)):
                    self.too_many_dialled.append(dialled)
        assert self._publish
        self._publish(event)

    def cues(self, manner: str) -> list[Cue]:
        leaves = while_waiting(pause(self.dice.expovariate(1 / PATIENCE_S)), hang_up())
        return {
            "straight": [during("greeting", press("0")), leaves],
            "speaks": [after("open", pause(1), say("Abay house 45 heating")), leaves],
            "silent": [leaves],
            "nine": [during("greeting", press("9"))],
            "callback": [during("greeting", press("0")), after("press/2", press("2"), pause(3), press("1")), leaves],
        }[manner]

    def dials(self) -> None:
        number, manner = f"+77010{len(self.lines):06}", self.dice.choices(MANNERS, (40, 15, 13, 30, 2))[0]
        joins = self.dice.choice((after("called_back", press("1")), during("nothing")))
        phone = Phone(answers_after=self.dice.choice((4.0, 12.0, NEVER)), talks=NEVER)
        self.world.board.citizen(number, phone, joins, while_ringing())
        line = self.world.call(*self.cues(manner), caller=number, language=self.dice.choice(("kk", "ru")), story=None)
        self.lines.append(line)
        if manner == "nine":
            self.emergencies.append(line)
        self.node.serve(line)

    async def phase(self, name: str, seconds: float, times: float) -> None:
        """Callers come `times` as often as normally."""
        loop = cast(VirtualTimeLoop, asyncio.get_running_loop())
        ends, turns, looks = loop.time() + seconds, loop.turns, self.looks.setdefault(name, [])
        look_at = loop.time()
        while loop.time() < ends:
            if loop.time() >= look_at:
                alive = sum(not line.gone for line in self.world.board.lines.values())
                looks.append(Look(alive, loop.timers, len(asyncio.all_tasks())))
                look_at += LOOK_S
            await asyncio.sleep(self.dice.expovariate(times * NORMAL))
            self.dials()
        self.turns[name] = (loop.turns - turns) / seconds / max(1.0, sum(look.lines for look in looks) / len(looks))

    async def until_all_have_their_end(self, limit_s: float = 24 * 3600) -> None:
        """Nobody dials any more; operators who were paused for a phone not picked up come back."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + limit_s
        model = self.world.queues.model
        while model.live or model.callback_of:
            assert loop.time() < ends, (sorted(model.live)[:5], sorted(model.callback_of)[:5])
            await asyncio.sleep(60)
        await asyncio.sleep(120)
        await self.node.die()

    def uneven(self) -> list[int]:
        """Quarters of an hour whose calls are not the sum of their ends."""
        quarter = {e.call: int(e.data["since"] // QUARTER_S) for e in self.world.told_of(Kind.ARRIVED)}
        came = Counter(quarter.values())
        went = Counter(quarter[event.call] for event in self.world.told_of(Kind.ENDED))
        return [at for at in came | went if came[at] != went[at]]

    def ends(self) -> dict[str, str]:
        return {event.call: str(event.data["end"]) for event in self.world.told_of(Kind.ENDED)}

    def is_callback(self, call: str) -> bool:
        return self.world.queues.model.calls[call].kind is CallKind.CALLBACK
