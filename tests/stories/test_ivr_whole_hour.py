"""An hour in which everything happens at once: questions, callbacks, transfers, consultations, deaths of the node."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import replace

import pytest

from kezek_ivr.types import Waits
from kezek_queue.rules import QueueRules
from kezek_queue.types import CallState, Kind, OperatorState, QueueError
from kit.ivr_outbound import MemoryLedger, Node
from kit.ivr_world import World
from kit.scripted_line import (
    NEVER,
    Cue,
    Phone,
    ScriptedLine,
    after,
    during,
    hang_up,
    in_virtual_time,
    pause,
    press,
    say,
    while_ringing,
    while_waiting,
)

HELD = (OperatorState.OFFERED, OperatorState.TALKING)


class Long(Waits):
    def wait_s(self, queue: str, position: int) -> float | None:
        return 90.0 * position


class Hour:
    """`dice` decides everything; the same seed is the same hour."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.dice = world, random.Random(seed)  # noqa: S311 - the same hour each time
        self.ledger = MemoryLedger()
        self.node = Node(world, self.ledger)
        self.numbers = 0

    def cues(self) -> list[Cue]:
        manner = self.dice.choice(("straight", "speaks", "silent", "nine", "callback", "callback"))
        leaves = while_waiting(pause(self.dice.expovariate(1 / 300)), hang_up())
        return {
            "straight": [during("greeting", press("0")), leaves],
            "speaks": [after("open", pause(1), say("Abay house 45 heating")), leaves],
            "silent": [leaves],
            "nine": [during("greeting", press("9"))],
            "callback": [during("greeting", press("0")), after("press/2", press("2"), pause(3), press("1")), leaves],
        }[manner]

    def arrive(self) -> None:
        self.numbers += 1
        number = f"+77010{self.numbers:06}"
        joins = self.dice.choice(
            (after("called_back", press("1")), after("called_back", press("2")), during("nothing"))
        )
        answers = self.dice.choice((4.0, 12.0, NEVER))
        self.world.board.citizen(number, Phone(answers_after=answers, talks=NEVER), joins, while_ringing())
        line = self.world.call(*self.cues(), caller=number, language=self.dice.choice(("kk", "ru")), story=None)
        self.node.serve(line)

    async def operate(self) -> None:
        """Operators do what operators do, to a talk taken at random."""
        queues, dice = self.world.queues, self.dice
        while True:
            await asyncio.sleep(dice.uniform(1, 6))
            talks = [c for c in queues.model.calls.values() if c.state is CallState.TALKING]
            if not talks:
                continue
            call = dice.choice(talks).view()
            ready = [o.operator for o in queues.model.operators.values() if o.state is OperatorState.READY]
            try:
                match dice.choice(("hold", "resume", "give", "queue", "outside", "ask", "join", "complete", "cancel")):
                    case "give":
                        wanted = dice.choice(("", "op1", "op2", "op3"))
                        await queues.transfer(call.call, call.offer, wanted=wanted, wrap_up=5.0)
                    case "queue":
                        await queues.transfer(call.call, call.offer, queue=dice.choice(("main", "second")), wrap_up=5.0)
                    case "outside":
                        await queues.command(call.call, call.offer, "transfer", number=dice.choice(("102", "000")))
                    case "ask" if ready:
                        asked = dice.choice(ready)
                        await queues.invite(call.call, call.offer, asked)
                        await queues.command(call.call, call.offer, "consult", operator=asked)
                    case "ask":
                        await queues.command(call.call, call.offer, "consult", number="102")
                    case name:
                        await queues.command(call.call, call.offer, name)
            except QueueError:
                continue

    async def tend(self) -> None:
        """Who was paused for a phone not picked up is ready again after a while."""
        while True:
            await asyncio.sleep(20)
            for o in list(self.world.queues.model.operators.values()):
                if o.state is OperatorState.PAUSED:
                    await self.world.queues.ready(o.operator)

    async def reconcile(self) -> None:
        """What the exchange has no more has its end, as the API sees to it."""
        while True:
            await asyncio.sleep(15)
            lives = [line.arrival.call for line in self.world.board.lines.values() if not line.gone]
            await self.world.queues.reconcile(lives)

    async def die_and_come_back(self) -> None:
        await self.node.die()
        await asyncio.sleep(self.dice.uniform(0.1, 4))
        lives = [line for line in self.world.board.lines.values() if not line.gone]
        self.node = Node(self.world, self.ledger)
        for line in lives:
            self.node.serve(self.again(line))

    def again(self, line: ScriptedLine) -> ScriptedLine:
        known, fresh = line.arrival, line in self.world.board.answered
        line.with_operator, talked = False, line.with_operator or known.talked
        return self.world.board.call(
            while_waiting(pause(200), hang_up()),
            call=known.call,
            caller=known.caller,
            since=known.since,
            language=known.language,
            resumed=not fresh,
            callback=fresh,
            talked=talked,
            priority=int(line.variables.get("PRIORITY", "0")),
            story=None,
        )


@pytest.mark.parametrize(("seed", "deaths"), [(109, 0), (110, 0), (111, 6), (112, 6)])
@in_virtual_time
async def test_an_hour_in_which_everything_happens_loses_nobody_and_holds_nobody(seed: int, deaths: int) -> None:
    """P1, P2, P5, P8, P12: each call has one end; each leg begun is finished once; no operator has two callers; nobody
    is dialled without an operator reserved, nor twice at once; at the end nobody is held."""
    phones = {f"op{n}_20{n}": Phone(answers_after=2.0 + n % 3, talks=40.0 + 7 * n) for n in range(1, 7)}
    async with World.open(**phones) as world:
        for n in (5, 6):
            await world.queues.join(f"op{n}", ["second"])
        await world.queues.configure("main", QueueRules(callback_retries_s=(60.0,), capacity=12))
        world.board.outside["102"] = Phone(answers_after=3, talks=20)
        world.settings = replace(world.settings, callbacks=True, recording="consent")
        world.waits = Long()
        hour = Hour(world, seed)
        beside = [asyncio.create_task(each) for each in (hour.operate(), hour.tend(), hour.reconcile())]
        for _ in range(150):
            await asyncio.sleep(hour.dice.expovariate(1 / 15))
            hour.arrive()
            dials = [dial for dial in world.board._dials.values() if dial.lives]
            reserved = [o for o in world.queues.model.operators.values() if o.state in HELD]
            assert deaths or len(dials) <= len(reserved) + 1  # one may be ending
            if deaths and hour.dice.random() < deaths / 150:
                await hour.die_and_come_back()
        await asyncio.sleep(3600)
        for task in beside:
            task.cancel()
        await asyncio.sleep(120)
        await hour.node.die()

        model = world.queues.model
        ends = Counter(world.ends())
        assert sum(ends.values()) == len(world.told_of(Kind.ARRIVED))
        assert len({event.call for event in world.told_of(Kind.ENDED)}) == sum(ends.values())
        assert {"answered", "callback", "abandoned"} <= set(ends)
        assert not [event for event in world.told_of(Kind.DECLINED) if event.data["reason"] == "stale"]
        assert [o.operator for o in model.operators.values() if o.state in HELD] == []
        assert [c.call for c in model.calls.values() if not c.end] == []
        assert set(hour.ledger.settled) == set(hour.ledger.claims)
        talking: dict[str, str] = {}
        for event in model.feed:
            if event.kind is Kind.CONNECTED:
                assert event.operator not in talking
                talking[event.operator] = event.call
            elif event.kind is Kind.FINISHED:
                assert talking.pop(event.operator) == event.call
        assert talking == {}
