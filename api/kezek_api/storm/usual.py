"""What detection is told of the usual: learnt from what was counted, by households where nothing was."""

from __future__ import annotations

from collections import Counter
from datetime import tzinfo

from kezek_register.detection.types import Town, Usual
from kezek_register.detection.usual import HouseholdsUsual, LearntUsual
from kezek_register.trouble_types import Counts

UNKNOWN = "unknown"  # the topic of who could not be heard
ANY_A_DAY = 10.0  # calls of 1,000 households about whatever it is
FEW = 200  # reports of a topic from which on its territories' shares are believed


def usual_of(town: Town, counts: Counts, zone: tzinfo) -> Usual:
    default = HouseholdsUsual(sum(spot.households for spot in town.spots), {UNKNOWN: ANY_A_DAY})
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
    by_hour = [(topic, hour, float(number)) for (topic, hour), number in counts.by_hour.items()]
    if UNKNOWN not in totals:  # nobody was unheard yet: then it may be about anything
        by_hour += [(UNKNOWN, hour, number) for _, hour, number in by_hour]
    return LearntUsual(default, by_hour, counts.days / 7, shares, lambda at: at.astimezone(zone))
