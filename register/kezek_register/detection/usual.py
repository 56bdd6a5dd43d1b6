"""How many reports are usual at an hour: from history, and safe with none. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

HOURS = 168  # of a week, Monday 00:00 is 0
A_DAY = 0.5  # of one topic, for 1,000 households, where nobody knows better: more than most towns have
PRIOR_WEEKS = 2.0  # how much of history the default weighs
# the shape of a day where history is silent: few at night, most in the evening
_DAY = (2, 1, 1, 1, 1, 2, 4, 7, 7, 6, 5, 5, 5, 5, 5, 6, 7, 9, 10, 10, 9, 7, 4, 3)


def hour_of_week(at: datetime) -> int:
    """0 to 167, in the zone of `at`."""
    return at.weekday() * 24 + at.hour


class HouseholdsUsual:
    """Without history: so many calls a day for 1,000 households, by topic, in the shape of an ordinary day."""

    def __init__(self, households: int, a_day: Mapping[str, float] | None = None) -> None:
        self._thousands = max(1, households) / 1000
        self._a_day = dict(a_day or {})

    def rate(self, topic: str, at: datetime) -> float:
        day = self._thousands * max(1e-3, self._a_day.get(topic, A_DAY))
        return max(1e-6, day * _DAY[at.hour] / sum(_DAY))

    def share(self, topic: str, territory: int) -> float | None:
        return None


class LearntUsual:
    """From counts by topic and hour of the week over so many weeks, drawn to the default where they are few.

    An hour is read with its neighbours and with the same hour of the other days: (own + half of either neighbour) and
    the day's shape share the weight by how much they have seen. `zone`: turns a report's time into the town's.
    """

    def __init__(
        self,
        default: HouseholdsUsual,
        counts: Iterable[tuple[str, int, float]],
        weeks: float,
        shares: Mapping[tuple[str, int], float] | None = None,
        zone: Callable[[datetime], datetime] = lambda at: at,
    ) -> None:
        """`counts`: (topic, hour of the week, reports in all those weeks); `shares`: (topic, territory) -> 0 to 1."""
        self._default = default
        self._weeks = max(0.0, weeks)
        self._shares = dict(shares or {})
        self._zone = zone
        self._counts: dict[str, list[float]] = {}
        for topic, hour, count in counts:
            if 0 <= hour < HOURS and count > 0:
                self._counts.setdefault(topic, [0.0] * HOURS)[hour] += count

    def rate(self, topic: str, at: datetime) -> float:
        at = self._zone(at)
        default = self._default.rate(topic, at)
        counts = self._counts.get(topic)
        if self._weeks <= 0:
            return default
        if counts is None:
            seen = 0.0
        else:
            hour = hour_of_week(at)
            own = (counts[hour] + 0.5 * counts[hour - 1] + 0.5 * counts[(hour + 1) % HOURS]) / 2.0
            weekend = hour >= 5 * 24
            days = (5, 6) if weekend else (0, 1, 2, 3, 4)
            alike = sum(counts[day * 24 + at.hour] for day in days) / len(days)
            seen = 0.5 * own + 0.5 * alike
        return max(1e-6, (seen + PRIOR_WEEKS * default) / (self._weeks + PRIOR_WEEKS))

    def share(self, topic: str, territory: int) -> float | None:
        return self._shares.get((topic, territory))
