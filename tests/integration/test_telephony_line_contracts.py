"""The real line keeps its contracts: each caller comes by SIP to a real Asterisk."""

import pytest

from kit import (
    consult_contracts,
    line_contracts,
    outside_contracts,
    ring_contracts,
    several_contracts,
    telephony_talk_contracts,
)
from kit.asterisk import running_asterisk
from kit.line_worlds import RealWorld, write_prompts


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
]


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.__name__)
async def test_a_real_line(contract, exchange):
    async with RealWorld.on(exchange) as world:
        await contract(world)
