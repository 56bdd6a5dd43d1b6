"""The parts of `benchmarks/surge.py` in a short storm: it measures what it says, and nobody is lost in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.valkey import Valkey

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def surge() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        import surge

        yield surge


async def test_who_waits_is_told_and_who_stays_goes_behind(surge: Any, valkey: Valkey, site: str) -> None:
    measures = surge.Measures(announce=True, told_last=True, voices=2, confirm_s=20.0)
    rungs = surge.keeping(0.2)
    rungs["normal"] = rungs["elevated"]
    storm = await surge.play(valkey.url, site, measures, 2, [surge.Phase(60, 0.03, 0.4)], 7, rungs)
    assert storm.lost == 0
    found = surge.figures(storm.seen, storm.lost)
    assert 0.3 < found["informed"] < 1.0, "the first ones hear it later than 45 s after they came"
    assert {end for kind, end in storm.seen.in_line if kind == "affected"} == {"informed", "answered", "abandoned"}
