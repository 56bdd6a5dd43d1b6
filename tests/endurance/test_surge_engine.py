"""P9 on the real engine: x12 for five minutes, then x8 for two hours, on a clock that is put forward.

`benchmarks/surge_line.py` plays the day and prints the times; here stands what does not depend on the machine.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from kit.size import size

SURGE = Path(__file__).resolve().parents[2] / "benchmarks" / "surge_line.py"
OPERATORS, CAPACITY = 50, 60
MINUTES = size({"normal": "4", "x12": "1", "x8": "4"}, {"normal": "30", "x12": "5", "x8": "120"})


async def surge() -> tuple[str, dict[str, Any]]:
    sizes = [word for name, minutes in MINUTES.items() for word in (f"--{name}-min", minutes)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SURGE), "--operators", str(OPERATORS), *sizes, "--json",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said[-3000:]
    return said, json.loads(said.splitlines()[-1])


@pytest.mark.timeout(size(60, 1200))
async def test_two_hours_of_eight_times_the_calls_lose_nobody_and_each_verb_does_no_more_work() -> None:
    """P9: each call has one end, in every quarter of an hour the calls are the sum of their ends (P5), what is too much
    is refused, no emergency is, nobody is overtaken (P3), callbacks keep to their share (P12); a verb's script does
    about as much as in normal hours, and nothing that is kept of a call is kept for ever."""
    said, found = await surge()
    print(f"\n{said}")
    assert found["offered"] == sum(found["ends"].values())
    assert (found["lost"], found["uneven_intervals"], found["overtaken"]) == (0, 0, 0)
    assert found["refused"] > 0
    assert found["emergencies"] > 0
    assert found["emergencies_refused"] == 0
    assert 0 < found["callbacks_dialled_at_once"] <= found["callbacks_allowed"]
    assert found["waiting_at_most"] <= CAPACITY + found["emergencies"] + OPERATORS  # and who had a place: cut, given up
    assert found["work_ratio"] < 2
    assert found["keys_for_ever"] == 0
    assert found["keys_of_no_call"] <= OPERATORS + 30
    assert found["bytes_per_ended_call"] < 6_000
