"""P9 on a real Asterisk and a whole node: a crowd of twelve times as many callers; and what thousands of calls leave.

`benchmarks/crowd.py` makes the calls and looks; here stands what must come out.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from kit.asterisk import PREFIX
from kit.size import LONG, size

CROWD = Path(__file__).resolve().parents[2] / "benchmarks" / "crowd.py"
CALLS, SURGE_S = size(0, 2000), size(5, 25)
DAY = 6_000  # bytes a call: today's figures of each call, and for an hour who has left


async def crowd() -> tuple[str, dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(CROWD), "--calls", str(CALLS), "--surge-s", str(SURGE_S), "--prefix", str(PREFIX), "--json",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said[-3000:]
    return said, json.loads(said.splitlines()[-1])


@pytest.mark.timeout(size(90, 1800))
async def test_a_crowd_twelve_times_too_big_is_served_or_told_and_thousands_of_calls_leave_nothing() -> None:
    """P9: each SIP call comes to its end by the scenario, and each has one end in the feed; who is refused hears so;
    the page never says that it is down. After 2,000 calls the node holds no socket, no thread and no task more than
    before, and Redis no key of a call that never expires."""
    if not (PREFIX / "bin" / "asterisk").exists():
        pytest.skip("no Asterisk in .kezek/prefix: run the set-up")
    said, found = await crowd()
    print(f"\n{said}")
    surge = found["surge"]
    assert surge["broken"] == 0
    assert surge["arrived"] + surge["by_fallback"] >= surge["offered"]
    assert surge["refused"] > 0
    assert surge["told"] == surge["refused"]
    assert "ok" in surge["health"]
    assert "down" not in surge["health"]  # a starved machine's SQL may answer late for a moment: degraded
    assert found["lost"] == 0
    assert sum(found["ends"].values()) == found["arrived"]
    assert found["keys_for_ever"] == {}
    if LONG:
        assert surge["health"] == ["ok"]
        leaves_nothing(found)


def leaves_nothing(found: dict[str, Any]) -> None:
    assert found["broken"] == 0
    for process in (found["node"], found["books"]):
        assert process["bytes_per_call"] < DAY
        assert process["sockets"][1] <= process["sockets"][0] + 2  # a pool of connections may have grown
        assert process["threads"][1] <= process["threads"][0] + 2
    assert found["node"]["tasks"][1] <= found["node"]["tasks"][0] + 3
