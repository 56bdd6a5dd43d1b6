"""What outlives the waiting line's server, and who is signed in, on both dialects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kezek_register import NotFound, Register
from kit.databases import told

NOW = datetime(2026, 9, 21, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ANN, BEK = {"phone": "101", "state": "ready"}, {"phone": "102", "state": "paused", "reason": "Обед"}


async def test_what_is_told_last_stands_and_what_is_gone_is_gone(register: Register) -> None:
    """P20."""
    kept = register.kept
    await kept.write(NOW, standing={"ann": ANN, "bek": BEK}, promises={"cb-1": {"caller": "+77009990109"}})
    assert await kept.read() == ({"ann": ANN, "bek": BEK}, {"cb-1": {"caller": "+77009990109"}})
    tea = {**ANN, "state": "paused", "reason": "шай"}
    await kept.write(NOW + SECOND, standing={"ann": tea}, promises={}, gone=["bek"], kept=["cb-1"])
    await kept.write(NOW + SECOND, standing={}, promises={})
    assert await kept.read() == ({"ann": tea}, {})


async def test_a_node_that_was_frozen_takes_nothing_back(register: Register) -> None:
    kept = register.kept
    await kept.write(NOW + SECOND, standing={"ann": BEK}, promises={"cb-1": {"attempts": 1}})
    await kept.write(NOW, standing={"ann": ANN}, promises={"cb-1": {"attempts": 0}})
    await kept.write(NOW, standing={}, promises={}, gone=["ann"], kept=["cb-1"])
    assert await kept.read() == ({"ann": BEK}, {"cb-1": {"attempts": 1}})


async def test_a_session_is_found_until_it_is_over(register: Register, register_url: str) -> None:
    sessions = register.sessions
    await sessions.keep("h1", "boss", NOW + 2 * SECOND)
    await sessions.keep("h2", "boss", NOW + SECOND)
    assert [await sessions.login_of(one, NOW) for one in ("h1", "h2")] == ["boss", "boss"]
    await sessions.keep("h2", "boss", NOW + 9 * SECOND)
    await sessions.clear(NOW + 5 * SECOND)
    assert await told(register_url, "SELECT id FROM sessions") == [("h2",)]
    with pytest.raises(NotFound):
        await sessions.login_of("h2", NOW + 9 * SECOND)
    await sessions.end("h2")
    with pytest.raises(NotFound):
        await sessions.login_of("h2", NOW)


async def test_an_operator_has_one_session(register: Register) -> None:
    sessions = register.sessions
    await sessions.keep("h1", "ann", NOW + SECOND, alone=True)
    await sessions.keep("h2", "ann", NOW + SECOND, alone=True)
    assert await sessions.login_of("h2", NOW) == "ann"
    with pytest.raises(NotFound):
        await sessions.login_of("h1", NOW)
