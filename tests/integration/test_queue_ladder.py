"""The ladder's rung in the line: the model and the Redis engine, by the same tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from kezek_queue import Kind, ModelQueues, NotAllowed, QueueError, Queues, RedisQueues, Rung, Stale
from kit.queue_twins import START, TestClock, whole_feed
from kit.valkey import Valkey, site, valkey  # noqa: F401 - fixtures

# ruff: noqa: F811 - a fixture is asked for by its name


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture(params=["model", "redis"])
async def queues(
    request: pytest.FixtureRequest, clock: TestClock, valkey: Valkey, site: str
) -> AsyncIterator[ModelQueues | RedisQueues]:
    line = ModelQueues(clock) if request.param == "model" else RedisQueues(valkey.url, site, clock=clock)
    async with line:
        yield line


async def test_a_line_on_which_nobody_changed_it_is_normal(queues: Queues) -> None:
    assert await queues.rung() == Rung()


async def test_a_change_says_who_and_why_and_the_feed_tells_it(queues: ModelQueues | RedisQueues) -> None:
    up = await queues.set_rung("overload", by="rule", n=0, because={"wait_s": 312, "over": 240.5})
    assert up == await queues.rung()
    assert (up.name, up.by, up.because, up.held, up.since) == (
        "overload",
        "rule",
        {"wait_s": 312, "over": 240.5},
        False,
        START,
    )
    assert up.n == int(START)
    (told,) = await whole_feed(queues)
    assert (told.kind, told.at, told.call, told.operator, told.queue) == (Kind.RUNG, START, "", "", "")
    assert told.data == {
        "name": "overload", "before": "normal", "since": START, "by": "rule", "why": "",
        "because": {"wait_s": 312, "over": 240.5}, "held": False, "n": up.n,
    }  # fmt: skip


async def test_of_many_who_change_it_at_once_one_wins(queues: ModelQueues | RedisQueues) -> None:
    """P9: every node proposes, and it is made once."""

    async def propose(by: str) -> str:
        try:
            return (await queues.set_rung("elevated", by=by, n=0)).by
        except Stale:
            return ""

    winners = [by for by in await asyncio.gather(*(propose(f"n{at}") for at in range(50))) if by]
    assert len(winners) == 1
    assert (await queues.rung()).by == winners[0]
    assert len(await whole_feed(queues)) == 1


async def test_held_and_let_go_it_has_been_there_all_the_time(queues: Queues, clock: TestClock) -> None:
    up = await queues.set_rung("elevated", by="rule", n=0)
    clock.wait(60)
    held = await queues.set_rung("elevated", by="ann", why="буря", held=True, n=up.n)
    assert (held.held, held.since, held.at, held.why) == (True, START, START + 60, "буря")
    assert held.n == up.n + 60  # never less than the second of it: an emptied server gives none twice
    let_go = await queues.set_rung("elevated", by="ann", n=held.n)
    assert (let_go.held, let_go.since, let_go.n) == (False, START, held.n + 1)


async def test_what_is_no_rung_is_refused(queues: Queues) -> None:
    with pytest.raises(NotAllowed):
        await queues.set_rung("roof", by="ann", n=0)  # type: ignore[arg-type]  # that is the test


async def test_an_emptied_line_gets_it_back_unless_somebody_was_quicker(queues: Queues, valkey: Valkey) -> None:
    """P17."""
    kept = Rung("emergency", START - 500, "ann", "буря", True, 77, {}, START - 400)
    assert await queues.restore([], [], rung=kept, settle_s=0)
    assert await queues.rung() == kept
    with pytest.raises(QueueError):
        await queues.set_rung("normal", by="rule", n=0)


async def test_a_change_made_meanwhile_stays(queues: Queues) -> None:
    now = await queues.set_rung("elevated", by="rule", n=0)
    await queues.restore([], [], rung=Rung("emergency", START - 500, n=77), settle_s=0)
    assert await queues.rung() == now
