"""The call-out chain of an outage: in order, until somebody takes it, each called once in a round (P8). On both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from kezek_api.citizens import SqlNotices
from kezek_api.citizens_rules import OutageRules
from kezek_api.tending import Tending
from kezek_register import Register
from kezek_register.outage_types import BadOutage, Outage, OutageOver
from kit.databases import told
from kit.outages_town import Clock, build, outage

CHAIN = ("+77172000001", "+77172000002", "+77172000003")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def register(register_url: str, clock: Clock) -> AsyncIterator[Register]:
    async with Register.open(register_url, node="test", clock=clock) as opened:
        await build(opened)
        yield opened


async def opened(register: Register, register_url: str) -> Outage:
    """Level 1: duty phone, head, coordinator have numbers, the city's head has none."""
    made = await register.outages.open(outage(), "anna")
    for position, phone in enumerate(CHAIN, 1):
        await told(
            register_url,
            f"UPDATE outage_steps SET phone = '{phone}' WHERE list = 'call_out' AND position = {position}",  # noqa: S608
        )
    return made


async def rung(url: str) -> list[str]:
    rows = await told(url, "SELECT address FROM notices WHERE what = 'call_out' ORDER BY id")
    return [str(address) for (address,) in rows]


def answers(outage: Outage) -> list[str]:
    return [step.answer for step in outage.steps if step.list == "call_out"]


async def test_one_after_the_other_is_called_until_somebody_takes_it(
    register: Register, register_url: str, clock: Clock
) -> None:
    made = await opened(register, register_url)
    begun = await asyncio.gather(*(register.outages.begin_chain(made.id, who) for who in ("anna", "olena")))
    assert {one.chain for one in begun} == {1}
    assert await rung(register_url) == [CHAIN[0]]
    assert await register.outages.chase_chains(within_s=120) == [], "he has his time"
    (call,) = await register.notices.claim("n1", ("call",), 5)
    await register.notices.settle(call.key, "pending", "no_answer", clock.later(seconds=600))
    clock.later(seconds=-590)
    assert await register.outages.chase_chains(within_s=120) == [made.id], (
        "whom his call does not reach is not waited for"
    )
    assert await rung(register_url) == list(CHAIN[:2])
    (call,) = await register.notices.claim("n1", ("call",), 5, clock.now)
    assert call.address == CHAIN[1]
    clock.later(seconds=121)
    await asyncio.gather(*(register.outages.chase_chains(within_s=120) for _ in range(4)))
    assert await rung(register_url) == list(CHAIN), "four nodes call one"
    (call,) = await register.notices.claim("n1", ("call",), 5)
    await SqlNotices(register).answered(
        type("T", (), {"what": "call_out", "about": call.about, "told": call.told})(),
        "yes",  # type: ignore[arg-type]
    )
    taken = await register.outages.get(made.id)
    assert (answers(taken), taken.chain_at) == (["unreached", "unreached", "comes", ""], None)
    assert [step.done_by for step in taken.steps if step.answer == "comes"] == ["phone"]
    clock.later(hours=3)
    assert await register.outages.chase_chains(within_s=120) == []
    assert (await register.outages.begin_chain(made.id, "anna")).chain == 1, "it is taken"
    assert await register.notices.claim("n1", ("call",), 5) == [], "nobody else is rung"


async def test_a_chain_that_nobody_takes_ends_and_is_begun_again_by_a_press(
    register: Register, register_url: str, clock: Clock
) -> None:
    made = await opened(register, register_url)
    await register.outages.begin_chain(made.id, "anna")
    for _ in range(4):
        clock.later(seconds=121)
        await register.outages.chase_chains(within_s=120)
    ended = await register.outages.get(made.id)
    assert (answers(ended), ended.chain_at) == (["unreached"] * 3 + ["no_number"], None)
    assert await register.notices.claim("n1", ("call",), 5) == [], "what rang in vain rings no more"
    again = await register.outages.begin_chain(made.id, "anna")
    assert (again.chain, await rung(register_url)) == (2, [*CHAIN, CHAIN[0]])
    await register.outages.close(made.id, "anna")
    assert await register.notices.claim("n1", ("call",), 5) == [], "it is over: nobody is called out"
    with pytest.raises(OutageOver):
        await register.outages.begin_chain(made.id, "anna")


async def test_by_rule_it_begins_with_the_announcement_once(
    register: Register, register_url: str, clock: Clock
) -> None:
    """Level 3 has none by this rule, and what nobody has a number for is told to who presses."""
    made = await opened(register, register_url)
    planned = await register.outages.open(outage(level=3), "anna")
    tending = Tending(register, OutageRules(call_out_levels=(1, 2)))
    await asyncio.gather(tending.once(), tending.once())
    assert await rung(register_url) == [CHAIN[0]]
    await register.outages.step_done(made.id, "call_out", 1, "anna", "By mobile")
    clock.later(hours=1)
    await tending.once()
    assert await rung(register_url) == [CHAIN[0]]
    assert (await register.outages.get(planned.id)).chain == 0
    lonely = await register.outages.open(outage(level=2, organisation=""), "anna")
    with pytest.raises(BadOutage):
        await register.outages.begin_chain(lonely.id, "anna")
