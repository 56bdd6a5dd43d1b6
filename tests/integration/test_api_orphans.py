"""A call that ended while Redis was lost, with its node, gets an end in the history: nobody is in progress for ever."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from kezek_api.orphans import Orphans
from kezek_queue import ModelQueues
from kezek_register import Register
from kezek_register.types import CallRecord
from kit.api import until

NOW = datetime.now(UTC)
EMPTY = dict.fromkeys(("dialled", "language", "queue", "operator", "end", "ticket"), "")


async def came(register: Register, call: str, *, ago_s: float = 600, talked: bool = False) -> None:
    at = NOW - timedelta(seconds=ago_s)
    times = {"since": at, "placed_at": at, "connected_at": at if talked else None, "ended_at": None}
    await register.history.save(CallRecord(call=call, caller="+77009990109", **EMPTY, **times))


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_the_line_has_forgotten_is_over(register: Register) -> None:
    """P5, P13."""
    queues = ModelQueues()
    for call, talked in (("lost", False), ("talked", True), ("lives", False)):
        await came(register, call, talked=talked)
    await came(register, "young", ago_s=(NOW - datetime.now(UTC)).total_seconds())
    await queues.arrive("lives", caller="", dialled="109", since=NOW.timestamp() - 600, node="n")
    part = asyncio.create_task(Orphans(queues, register, look_s=0.02, age_s=60).run())
    try:
        await asyncio.sleep(0.2)  # nothing may happen as long as the line waits for what was kept of it
        assert (await register.history.get("lost")).end == ""
        await queues.restore([], [], settle_s=0)

        async def ended() -> bool:
            return (await register.history.get("lost")).end == "cut"

        await until(ended)
    finally:
        part.cancel()
        await asyncio.wait({part})
    ends = {call: (await register.history.get(call)).end for call in ("talked", "lives", "young")}
    assert ends == {"talked": "answered", "lives": "", "young": ""}
    assert [each.call.call for each in await register.history.abandoned(NOW - timedelta(days=1), NOW)] == ["lost"]
    late = CallRecord(call="lost", caller="", **{**EMPTY, "end": "answered"}, since=NOW, placed_at=None,
                      connected_at=NOW, ended_at=NOW)  # fmt: skip
    await register.history.save(late)
    assert (await register.history.get("lost")).end == "answered", "what is told of it after all"
