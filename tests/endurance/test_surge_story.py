"""P9, whole calls in virtual time: x12 for five minutes, then x8 for two hours."""

from __future__ import annotations

from collections import Counter

import pytest

from kezek_queue import Kind
from kit.ivr_world import World
from kit.size import size
from kit.surge_hall import CAPACITY, RULES, Surge, operators
from kit.virtual_time import run_virtual, virtual_now

NORMAL_S, X12_S, X8_S = size((240.0, 40.0, 200.0), (1800.0, 300.0, 7200.0))
TURNS = 40.0  # of the loop, for each second of each line: a caller in the dialogue makes 20, one who waits 2
DAY_S = 25 * 3600.0


@pytest.mark.timeout(size(90, 3600))
def test_two_hours_of_too_many_callers_end_with_every_caller_served_told_or_called_back() -> None:
    """P9: every call has one end, by the quarter of an hour (P5); who is refused has been told; no emergency is refused
    or stands behind others; nobody is overtaken (P3); citizens are dialled within their share (P12); what a call costs
    in timers, tasks and turns of the loop does not grow with the crowd; a day later nothing of it is kept."""
    run_virtual(two_hours(), limit=4 * DAY_S)


async def two_hours() -> None:
    async with World.open(**operators()) as world:
        await world.queues.configure("main", RULES)
        surge = Surge(world, seed=109)
        await surge.phase("normal", NORMAL_S, 1)
        await surge.phase("x12", X12_S, 12)
        await surge.phase("x8", X8_S, 8)
        await surge.until_all_have_their_end()

        world.nothing_is_left()
        assert surge.uneven() == []
        ends = surge.ends()
        counted = Counter(ends.values())
        assert set(counted) <= {"answered", "abandoned", "refused", "callback", "informed"}
        assert {"answered", "abandoned", "refused", "callback"} <= set(counted)
        refused = {call for call, end in ends.items() if end == "refused"}
        untold = [
            line.arrival.call for line in surge.lines if line.arrival.call in refused and "full" not in line.heard
        ]
        assert untold == []
        assert surge.emergencies
        assert {ends[line.arrival.call] for line in surge.emergencies} == {"answered"}
        assert surge.overtaken == []
        assert surge.too_many_dialled == []
        print(f"\n{len(surge.lines)} callers: {dict(counted)}; {shown(surge)}")
        costs_no_more(surge)
        await forgets(world)


def costs_no_more(surge: Surge) -> None:
    """Of a line: timers and tasks; and no line waits outside what the queue and the dialogue hold."""
    for name in ("x12", "x8"):
        for look in surge.looks[name]:
            assert look.timers <= 60 + 8 * look.lines
            assert look.tasks <= 60 + 12 * look.lines
        assert surge.turns[name] <= TURNS
    assert max(look.lines for look in surge.looks["x8"]) < 20 * CAPACITY


def shown(surge: Surge) -> str:
    most = {name: max(look.lines for look in looks) for name, looks in surge.looks.items()}
    timers = {name: max(look.timers / max(1, look.lines) for look in looks) for name, looks in surge.looks.items()}
    ended = [event.data for event in surge.world.told_of(Kind.ENDED)]
    waits = [each["waited_s"] for each in ended if (each["kind"], each["end"]) == ("call", "answered")]
    return (
        f"on the line at most {most}; timers a line { ({name: round(each, 1) for name, each in timers.items()}) }; "
        f"turns a line and second { ({name: round(each, 2) for name, each in surge.turns.items()}) }; "
        f"waits up to {max(waits):.0f} s"
    )


async def forgets(world: World) -> None:
    """What is kept of ended calls goes a day later, with the next verb."""
    model = world.queues.model
    assert model.calls
    model.clock = lambda: virtual_now() + DAY_S
    await world.queues.pause("op0", "the day is over", key="pause")
    assert (len(model.calls), len(model.texts), len(model.redials)) == (0, 0, 0)
    assert (model.callback_of, model.callback_by, model.live, model.lines) == ({}, {}, {}, {})
    assert len(world.queues._replies) == 1
