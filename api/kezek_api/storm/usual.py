"""What detection is told of the usual: learnt from what was counted, by households where nothing was."""

from __future__ import annotations

from collections import Counter
from datetime import tzinfo

from kezek_register.detection.types import Town, Usual
from kezek_register.detection.usual import HouseholdsUsual, LearntUsual
from kezek_register.trouble_types import Counts

FEW = 200  # reports of a topic from which on its territories' shares are believed


def usual_of(town: Town, counts: Counts, zone: tzinfo) -> Usual:
    default = HouseholdsUsual(sum(spot.households for spot in town.spots))
    if not counts.days:
        return default
    totals = Counter[str]()
    for (topic, _), number in counts.by_hour.items():
        totals[topic] += number
    shares = {
        (topic, territory): number / totals[topic]
        for (topic, territory), number in counts.by_territory.items()
        if totals[topic] >= FEW
    }
    by_hour = ((topic, hour, float(number)) for (topic, hour), number in counts.by_hour.items())
    return LearntUsual(default, by_hour, counts.days / 7, shares, lambda at: at.astimezone(zone))
