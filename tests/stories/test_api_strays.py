"""Calls that nobody conducts any more, and what Asterisk says of them: nobody is paused or held for them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kezek_api.burials import BURY_S, Burials
from kezek_api.ours import Ours
from kezek_api.strays import Strays
from kezek_queue import CallState, End, Kind, ModelQueues, OperatorState, Queues, QueueSettings, keep_ticking
from kezek_register import Unavailable
from kezek_telephony import CallGone, LinkDown
from kezek_telephony.live import LiveCall, Where
from kit.ivr_trouble import BrokenQueues
from kit.scripted_line import in_virtual_time, virtual_now


@dataclass
class World:
    """Two operators, the first of them ready; the line's model; an exchange that knows what it is told."""

    queues: ModelQueues = field(default_factory=lambda: ModelQueues(virtual_now, QueueSettings(lease_s=25)))
    live: list[LiveCall] = field(default_factory=list)
    conducted: dict[str, object] = field(default_factory=dict)
    asked: int = 0
    up: bool = True
    started: float = 0.0
    left: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    talking: set[str] = field(default_factory=set)
    history: dict[str, str] = field(default_factory=dict)  # call -> its end
    sql_up: bool = True
    looked: int = 0

    def ours(self, queues: object = None) -> Ours:
        exchange = SimpleNamespace(lines=self.conducted, switchboard=self)
        return Ours(cast(Any, exchange), cast(Queues, queues or self.queues), self, queue_of=lambda dialled: "main")

    def strays(self) -> Strays:
        return Strays(self.ours())

    async def bury(self, gone: CallGone, queues: object = None, limit_s: float = 3600) -> None:
        """Until it is told, or for so long."""
        burials = Burials(self.ours(queues))
        burials.take(gone)
        end = asyncio.get_running_loop().time() + limit_s
        while burials.owes(gone.call) and asyncio.get_running_loop().time() < end:
            await burials.tend()
            await asyncio.sleep(1)

    # the switchboard, and what SQL remembers

    def departed(self) -> list[str]:
        return self.left

    async def look_again(self) -> None:
        self.looked += 1

    def settle(self, gone: CallGone) -> None:
        self.told.append(gone.call)

    def talks(self) -> set[str]:
        return self.talking

    async def ended(self, call: str) -> bool:
        if not self.sql_up:
            raise Unavailable("SQL is away")
        return bool(self.history.get(call))

    async def login_of(self, phone: str) -> str:
        return {"201": "aigul", "202": "bolat"}.get(phone, "")

    async def live_calls(self) -> list[LiveCall]:
        self.asked += 1
        if not self.up:
            raise LinkDown
        return self.live

    async def begin(self) -> None:
        await self.queues.phones(["201", "202"])
        for operator, phone in (("aigul", "201"), ("bolat", "202")):
            await self.queues.sign_in(operator, phone=phone, queues=["main"], desk=False)
        await self.queues.ready("aigul")

    async def waits(self, call: str) -> int:
        """The offer, 0 without one."""
        await self.queues.arrive(call, caller="", dialled="109", since=virtual_now(), node="dead")
        await self.queues.place(call, queue="main")
        return (await self.queues.call(call)).offer

    def asterisk_has(self, call: str, where: Where, offer: int = 0, phone: str = "") -> None:
        self.live = [LiveCall(call, f"PJSIP/trunk-{call}", virtual_now(), where, offer, "", phone=phone)]

    async def call(self, call: str) -> tuple[str, str]:
        found = await self.queues.call(call)
        return str(found.state), found.end

    async def state(self, operator: str) -> str:
        return str((await self.queues.operator(operator)).state)

    def kinds(self, call: str) -> list[Kind]:
        return [event.kind for event in self.queues.model.feed if event.call == call and event.kind != Kind.OPERATOR]


@pytest.mark.parametrize(("by_fallback", "end"), [(True, "answered"), (False, "abandoned")])
@in_virtual_time
async def test_a_call_that_left_the_fallback_was_answered_there_or_abandoned(by_fallback: bool, end: str) -> None:
    """P6: every lost caller is classified, none twice."""
    world = World()
    await world.waits("c1")
    await world.bury(CallGone("c1", 16, by_fallback))
    assert await world.call("c1") == ("ended", end)
    await world.bury(CallGone("c1", 16, not by_fallback))
    assert await world.call("c1") == ("ended", end)
    assert world.kinds("c1").count(Kind.ENDED) == 1


@pytest.mark.parametrize("by_fallback", [True, False])
@in_virtual_time
async def test_the_end_of_a_call_that_the_line_does_not_know_is_no_trouble(by_fallback: bool) -> None:
    world = World()
    await world.bury(CallGone("somebody's", 16, by_fallback))
    assert list(world.queues.model.feed) == []


@in_virtual_time
async def test_a_conductor_ends_his_own_call() -> None:
    world = World()
    await world.waits("c1")
    world.conducted["c1"] = object()
    await world.bury(CallGone("c1", 16, by_fallback=False), limit_s=60)
    assert await world.call("c1") == ("waiting", "")


@in_virtual_time
async def test_an_end_is_told_though_redis_is_away_for_long() -> None:
    """P6."""
    world = World()
    await world.waits("c1")
    away = BrokenQueues(world.queues, down_from=0, down_for=300)
    await world.bury(CallGone("c1", 16, by_fallback=False), away)
    assert 300 <= asyncio.get_running_loop().time() < 300 + 2 * BURY_S
    assert await world.call("c1") == ("ended", "abandoned")


@in_virtual_time
async def test_calls_that_asterisk_no_longer_has_are_ended_and_a_restart_has_cut_them() -> None:
    """P1: after one reconciliation no operator is held without a channel."""
    world = World()
    await world.begin()
    offer = await world.waits("c1")
    await world.queues.connect("c1", offer)
    await world.waits("c2")
    await asyncio.sleep(10)
    strays = world.strays()
    world.asterisk_has("c2", Where.OURS)
    await strays.reconcile()
    assert (await world.call("c1"), await world.call("c2")) == (("ended", "answered"), ("waiting", ""))
    assert await world.state("aigul") == "wrap_up"
    world.live = []
    await strays.reconcile()
    assert await world.call("c2") == ("ended", "cut")


@in_virtual_time
async def test_a_reconciliation_that_was_not_let_through_is_made_up_for() -> None:
    world = World(up=False)
    await world.waits("c1")
    await asyncio.sleep(10)
    strays = world.strays()
    await strays.reconcile()
    assert await world.call("c1") == ("waiting", "")
    world.up = True
    await strays.look()
    assert await world.call("c1") == ("ended", "abandoned")
    await strays.look()
    assert world.asked == 2


@pytest.mark.parametrize("where", [Where.FALLBACK, Where.FALLBACK_TALKING])
@in_virtual_time
async def test_whom_the_fallback_has_is_offered_to_nobody_and_no_operator_is_paused(where: Where) -> None:
    """P20: its node was killed; the other operators stay ready and the place is kept."""
    world = World()
    await world.begin()
    await world.waits("c1")
    ticking = asyncio.create_task(keep_ticking(world.queues))
    await asyncio.sleep(10)
    world.asterisk_has("c1", where)
    await world.strays().look()
    await asyncio.sleep(120)
    assert await world.call("c1") == ("arrived", "")
    assert await world.state("aigul") == "ready"
    assert Kind.LAPSED not in world.kinds("c1")
    ticking.cancel()


@in_virtual_time
async def test_whom_this_node_conducts_is_not_even_asked_after() -> None:
    world = World()
    await world.waits("c1")
    world.conducted["c1"] = object()
    world.asterisk_has("c1", Where.FALLBACK)
    await world.strays().look()
    assert (world.asked, await world.call("c1")) == (0, ("waiting", ""))


@in_virtual_time
async def test_an_operator_who_picked_up_while_the_node_died_is_held_by_that_talk_alone() -> None:
    """P1, P2: talking, offered nobody else, and free when the channel ends."""
    world = World()
    await world.begin()
    offer = await world.waits("c1")
    ticking = asyncio.create_task(keep_ticking(world.queues))
    await asyncio.sleep(10)
    world.asterisk_has("c1", Where.TALKING, offer)
    strays = world.strays()
    await strays.look()
    await strays.look()
    await world.waits("c2")
    await asyncio.sleep(120)
    assert (await world.call("c1"), await world.call("c2")) == (("talking", ""), ("waiting", ""))
    assert (await world.queues.operator("aigul")).call == "c1"
    await world.bury(CallGone("c1", 16, by_fallback=False))
    assert await world.call("c1") == ("ended", "answered")
    assert await world.state("aigul") == "wrap_up"
    await asyncio.sleep(31)
    assert (await world.queues.operator("aigul")).call == "c2"
    ticking.cancel()


@in_virtual_time
async def test_a_talk_found_after_the_lease_is_answered_and_the_caller_offered_to_nobody_else() -> None:
    """P2."""
    world = World()
    await world.begin()
    offer = await world.waits("c1")
    await asyncio.sleep(60)
    await world.queues.tick()
    await world.queues.ready("bolat")
    assert (await world.queues.operator("bolat")).call == "c1"
    world.asterisk_has("c1", Where.TALKING, offer)
    await world.strays().look()
    found = await world.queues.call("c1")
    assert (found.state, found.end) == (CallState.ENDED, End.ANSWERED)
    assert (await world.queues.operator("bolat")).state is OperatorState.READY


@pytest.mark.parametrize(
    ("gone", "end"),
    [
        (CallGone("c1", 16, by_fallback=True), "answered"),
        (CallGone("c1", 16, by_fallback=False), "abandoned"),
        (CallGone("c1", 127, by_fallback=False, cut=True), "cut"),
        (CallGone("c1", 16, by_fallback=False, talked=True), "answered"),
    ],
)
@in_virtual_time
async def test_who_came_and_left_while_the_line_was_away_is_in_it_once_with_his_number(
    gone: CallGone, end: str
) -> None:
    """P5, P6: two nodes find the same row."""
    world = World()
    gone = replace(gone, caller="77015550101", dialled="109", since=virtual_now() - 300, left=virtual_now() - 100)
    await world.bury(gone)
    await world.bury(gone)
    found = await world.queues.call("c1")
    assert (found.state, found.end, found.caller, found.dialled) == (CallState.ENDED, end, "+77015550101", "109")
    assert (found.queue, found.since, found.placed_at) == ("main", gone.since, gone.since)
    assert world.kinds("c1") == [Kind.ARRIVED, Kind.ENDED]
    assert world.told == ["c1", "c1"]


@in_virtual_time
async def test_what_an_emptied_line_has_forgotten_is_not_counted_again() -> None:
    """P5: the history has its end; while that cannot be asked nothing is guessed, and the row stays."""
    world = World(history={"c1": "answered"}, sql_up=False)
    gone = CallGone("c1", 16, by_fallback=False, since=virtual_now() - 60)
    await world.bury(gone, limit_s=60)
    assert (world.told, list(world.queues.model.feed)) == ([], [])
    world.sql_up = True
    await world.bury(gone)
    assert (world.told, list(world.queues.model.feed)) == (["c1"], [])


@in_virtual_time
async def test_the_end_of_a_call_of_the_line_waits_for_no_history() -> None:
    world = World(sql_up=False)
    await world.waits("c2")
    burials = Burials(world.ours())
    burials.take(CallGone("c1", 16, by_fallback=True, since=1.0))
    burials.take(CallGone("c2", 16, by_fallback=True))
    await burials.tend()
    assert (await world.call("c2"), world.told) == (("ended", "answered"), ["c2"])


@in_virtual_time
async def test_who_came_before_asterisk_began_is_cut_although_a_new_caller_is_there_already() -> None:
    """P6: so also for a node that was away itself when Asterisk died."""
    world = World()
    await world.waits("before")
    await asyncio.sleep(3)
    world.started = float(int(virtual_now()))
    await asyncio.sleep(3)
    await world.waits("since")
    await world.waits("left")
    world.left = ["left"]
    await asyncio.sleep(10)
    world.asterisk_has("since", Where.OURS)
    await world.strays().reconcile()
    ends = [await world.call(call) for call in ("before", "since", "left")]
    assert ends == [("ended", "cut"), ("waiting", ""), ("waiting", "")]


@pytest.mark.parametrize("conducted", [True, False])
@in_virtual_time
async def test_a_talk_that_an_emptied_line_has_forgotten_is_adopted_with_its_operator(conducted: bool) -> None:
    """P1, P2: nobody else is offered to him, and he is free when the talk ends."""
    world = World()
    await world.begin()
    world.asterisk_has("c1", Where.TALKING, 7, phone="201")
    if conducted:
        world.conducted["c1"] = object()
        world.talking = {"c1"}
        await world.strays().look()
    else:
        await world.strays().reconcile()
    assert (await world.call("c1"), await world.state("aigul")) == (("talking", ""), "talking")
    await world.waits("c2")
    assert (await world.queues.call("c2")).offer == 0
    world.conducted.clear()
    await world.bury(CallGone("c1", 16, by_fallback=False))
    assert (await world.call("c1"), await world.state("aigul")) == (("ended", "answered"), "wrap_up")


@in_virtual_time
async def test_a_caller_whose_end_nobody_heard_holds_no_place_and_no_operator() -> None:
    """P1, P6: the event was lost, the link was not. A callback has no channel yet, nor has another exchange's call."""
    world = World()
    await world.queues.callback("c0", caller="+77020000001", queue="main")
    await world.queues.arrive("far", caller="", dialled="109", since=virtual_now(), node="n", exchange="b")
    await world.queues.place("far", queue="main")
    await world.waits("c1")
    await asyncio.sleep(10)
    strays = world.strays()
    await strays.look()
    assert (await world.call("c1"), world.looked) == (("ended", "abandoned"), 1)
    await strays.look()
    assert (await world.call("far"), await world.call("cb-c0"), world.looked) == (("waiting", ""), ("waiting", ""), 1)


@in_virtual_time
async def test_a_talk_that_nobody_knows_is_found_within_a_minute() -> None:
    """Its node is dead, and the line was emptied since."""
    world = World()
    await world.begin()
    strays = world.strays()
    world.asterisk_has("c1", Where.TALKING, 7, phone="202")
    for _ in range(13):
        await asyncio.sleep(5)
        await strays.look()
    assert (await world.call("c1"), await world.state("bolat")) == (("talking", ""), "talking")
