"""The real line keeps its contracts: each caller comes by SIP to a real Asterisk."""

import pytest

from kezek_telephony import AsideEnded
from kit import (
    consult_contracts,
    line_contracts,
    outside_contracts,
    overhear_contracts,
    ring_contracts,
    several_contracts,
    telephony_talk_contracts,
)
from kit.api import until
from kit.asterisk import running_asterisk
from kit.line_worlds import RealWorld, write_prompts
from kit.telephony_steps import talking


@pytest.fixture(scope="module")
async def exchange(tmp_path_factory):
    prompts = tmp_path_factory.mktemp("prompts")
    write_prompts(prompts)
    async with running_asterisk(prompts=str(prompts)) as asterisk:
        yield asterisk


CONTRACTS = [
    *line_contracts.CONTRACTS,
    *ring_contracts.CONTRACTS,
    *several_contracts.CONTRACTS,
    *telephony_talk_contracts.CONTRACTS,
    *consult_contracts.CONTRACTS,
    *outside_contracts.CONTRACTS,
    *overhear_contracts.CONTRACTS,
]


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.__name__)
async def test_a_real_line(contract, exchange):
    async with RealWorld.on(exchange) as world:
        await contract(world)


@pytest.mark.parametrize("how", ["leaves the conference", "hands over"])
async def test_with_whom_the_caller_stays_is_known_to_whoever_finds_the_talk(how, exchange):
    """P20: an emptied line adopts this talk for the operator who has it, not for the one who had it first."""
    async with RealWorld.on(exchange) as world, talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await talk.board.join(talk.line)
        if how == "hands over":
            await talk.board.hand_over(talk.line)
        else:
            await world.hangs_up("1001")
        assert (await aside.all())[-1] == AsideEnded("handed_over")

        async def stays_with_her() -> bool:
            calls = {live.call: live.phone for live in await world.board.live_calls()}
            return calls[talk.line.arrival.call] == "1002"

        await until(stays_with_her)
        await world.hangs_up("1002")
        assert await talk.ends(stays=True) == []
