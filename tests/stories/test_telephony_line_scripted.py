"""The scripted line keeps the contracts that the real one keeps."""

import pytest

from kit import (
    consult_contracts,
    line_contracts,
    outside_contracts,
    overhear_contracts,
    ring_contracts,
    several_contracts,
    telephony_talk_contracts,
)
from kit.line_worlds import ScriptedWorld
from kit.virtual_time import run_virtual

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
def test_a_scripted_line(contract):
    async def story():
        await contract(ScriptedWorld())

    run_virtual(story())
