"""What an outage explains to the detector, while it goes on and as it ends part by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from kezek_api.storm.decisions import Decisions
from kezek_register.areas import Area
from kezek_register.detection.types import Detector
from kezek_register.outage_types import Outage, Restoration

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
ABAY, LENIN = Area("street", street_id=1), Area("street", street_id=2)


class Heard:
    def __init__(self) -> None:
        self.explained: list[tuple[str, tuple[Area, ...]]] = []

    def decided(self, id: str, state: str, areas: Sequence[Area] = (), *_: Any) -> None:
        self.explained.append((id, tuple(areas)))


def test_a_part_that_is_restored_explains_nothing_any_more_and_does_again_when_it_was_a_mistake() -> None:
    heard = Heard()
    decisions = Decisions(cast(Detector, heard), {}, {})
    outage = Outage(7, "announced", 2, "heating", NOW, (ABAY, LENIN))
    decisions.goes_on(outage, {}, NOW)
    decisions.goes_on(outage, {}, NOW)
    decisions.goes_on(replace(outage, restorations=(Restoration(1, NOW, "dana", areas=(ABAY,)),)), {}, NOW)
    decisions.goes_on(outage, {}, NOW)
    (first, areas), (second, left), (third, again) = heard.explained
    assert first == second == third
    assert (areas, left, again) == ((ABAY, LENIN), (LENIN,), (ABAY, LENIN))
