"""What a town reports on ordinary days, and how the recogniser hears an address.

Two reports of trouble a day for 1,000 households, by topic with its hours of the day, its weekend and its own good and
bad days (so the traffic is more uneven than Poisson's). Four callers of ten dial again, some many times; a
neighbour or two speak of the same leak or lift within hours; now and then a prankster redials all evening; holidays.
None of it is a mass outage: whatever a detector finds there is a false alarm.
"""

from __future__ import annotations

import bisect
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from outage_town import Simulated

from kezek_register.areas import Place
from kezek_register.detection.types import TroubleReport, Usual

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
PER_1000 = 2.0  # reports a day for 1,000 households
HOLIDAYS = frozenset({7, 20, 21, 22, 60, 68, 126, 179, 237, 288, 305, 306})  # days after START
MISSING, WRONG_HOUSE, WRONG_STREET, UNSURE = 0.15, 0.10, 0.05, 0.10

_NIGHT = [1, 1, 1, 1, 1, 2, 4]
_HOME = [*_NIGHT, 7, 7, 6, 5, 5, 5, 5, 5, 6, 7, 9, 10, 10, 9, 7, 4, 2]  # when people are at home
_OFFICE = [*_NIGHT, 5, 9, 11, 11, 10, 9, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1]
_DARK = [4, 3, 2, 1, 1, 1, 3, 5, 4, 3, 3, 3, 3, 3, 3, 4, 7, 10, 12, 12, 11, 9, 7, 5]


@dataclass(frozen=True, slots=True)
class Topic:
    code: str
    share: float  # of all reports
    hours: Sequence[int]
    weekend: float  # over a working day
    neighbours: float = 0.0  # share of its reports that some neighbours of the house make too


TOPICS = (
    Topic("electricity", 0.22, _DARK, 1.05, 0.01),
    Topic("heating", 0.20, _HOME, 1.1, 0.01),
    Topic("hot_water", 0.12, _HOME, 1.1, 0.01),
    Topic("cold_water", 0.12, _HOME, 1.0, 0.01),
    Topic("leak", 0.10, _HOME, 0.95, 0.03),
    Topic("lift", 0.10, _HOME, 0.9, 0.03),
    Topic("sewerage", 0.08, _OFFICE, 0.7, 0.02),
    Topic("gas", 0.06, _HOME, 1.0, 0.0),
)
NEIGHBOURS = ((1, 0.80), (2, 0.17), (3, 0.03))  # how many more of the house, and how often


class Line:
    """The hotline as it hears the town: one count of calls."""

    def __init__(self, town: Simulated, seed: str) -> None:
        self.town, self._chance, self._calls = town, random.Random(seed), 0  # noqa: S311 - a simulation
        # where the recogniser goes when it has not understood: mistakes are not spread evenly either
        self._heard_often = self._chance.sample(town.names, min(5, len(town.names)))

    def call(self, at: datetime, topic: str, home: int, party: str) -> TroubleReport:
        self._calls += 1
        place, sure = self.heard(home)
        return TroubleReport(f"call:{self._calls}", at, "call", topic, place, party, sure, call=str(self._calls))

    def heard(self, home: int) -> tuple[Place, float]:
        """Where the recogniser takes it to be, and how sure it is."""
        town, chance = self.town, self._chance
        right, dice = town.homes[home], chance.random()
        if dice < MISSING:
            return self._on(right.street, ""), chance.uniform(0.5, 1.0)
        if dice < MISSING + WRONG_HOUSE:
            return self._on(right.street, self._like(right.street, right.house)), self._doubtful()
        if dice < MISSING + WRONG_HOUSE + WRONG_STREET:
            street = chance.choice(self._heard_often if chance.random() < 0.5 else town.names)
            return self._on(street, right.house), self._doubtful()
        sure = chance.uniform(0.3, 0.6) if chance.random() < UNSURE else chance.uniform(0.75, 1.0)
        return town.known.spots[home].place, sure

    def _on(self, street: int, house: str) -> Place:
        index = self.town.by_house.get((street, house))
        return Place(street, house, 0, self.town.paths[street]) if index is None else self.town.known.spots[index].place

    def _like(self, street: int, house: str) -> str:
        """Half of the mistakes change a digit (13 and 30, 7 and 17), the rest are any house of the street."""
        chance = self._chance
        if chance.random() < 0.5:
            number = house.split("/")[0]
            at = chance.randrange(len(number))
            return chance.choice((number[:at] + str(chance.randint(1, 9)) + number[at + 1 :], f"1{number}"))
        return self.town.homes[chance.choice(self.town.streets[street])].house

    def _doubtful(self) -> float:
        return self._chance.uniform(0.3, 0.6) if self._chance.random() < 0.6 else self._chance.uniform(0.6, 0.95)


class Ordinary:
    """`thin`: the share of the traffic that is made, for long spells of it."""

    def __init__(self, line: Line, seed: str, thin: float = 1.0) -> None:
        self._line, self._town = line, line.town
        self._chance = random.Random(f"{seed}/ordinary")  # noqa: S311 - a simulation
        self._daily = PER_1000 * thin * line.town.households / 1000
        self._late: list[TroubleReport] = []  # of the days to come

    def days(self, first: int, count: int) -> Iterator[list[TroubleReport]]:
        """Day after day, each in order."""
        for day in range(first, first + count):
            begins = START + timedelta(days=day)
            new = [*self._late, *self._of_day(day, begins)]
            new.sort(key=lambda report: report.at)
            cut = bisect.bisect_left(new, begins + timedelta(days=1), key=lambda report: report.at)
            self._late = new[cut:]
            yield new[:cut]

    def reports(self, first: int, count: int) -> Iterator[TroubleReport]:
        for day in self.days(first, count):
            yield from day

    def _of_day(self, day: int, begins: datetime) -> Iterator[TroubleReport]:
        chance = self._chance
        for topic in TOPICS:
            mean = self._daily * expected_share(topic, day) * chance.gammavariate(16, 1 / 16)
            for _ in range(poisson(chance, mean)):
                hour = chance.choices(range(24), topic.hours)[0]
                yield from self._trouble(begins + timedelta(hours=hour, seconds=chance.uniform(0, 3600)), topic)
        if chance.random() < self._town.households / 200_000 / 5:
            yield from self._prankster(begins + timedelta(hours=chance.uniform(18, 23)))

    def _trouble(self, at: datetime, topic: Topic) -> Iterator[TroubleReport]:
        chance, town = self._chance, self._town
        home = anybody(town, chance)
        households = town.homes[home].households
        yield from self._caller(at, topic, home, flat := chance.randrange(households))
        if chance.random() < topic.neighbours and households > 3:
            flats = chance.sample([n for n in range(households) if n != flat], 3)
            for other in flats[: chance.choices([n for n, _ in NEIGHBOURS], [p for _, p in NEIGHBOURS])[0]]:
                yield from self._caller(
                    at + timedelta(minutes=chance.lognormvariate(math.log(40), 1)), topic, home, other
                )

    def _caller(self, at: datetime, topic: Topic, home: int, flat: int) -> Iterator[TroubleReport]:
        while True:
            yield self._line.call(at, topic.code, home, f"household:{home}-{flat}")
            if self._chance.random() > 0.25:
                return
            at += timedelta(minutes=self._chance.expovariate(1 / 60))

    def _prankster(self, at: datetime) -> Iterator[TroubleReport]:
        topic, home = self._chance.choice(TOPICS), anybody(self._town, self._chance)
        for _ in range(self._chance.randint(6, 25)):
            yield self._line.call(at, topic.code, home, f"phone:prankster{home}")
            at += timedelta(minutes=self._chance.expovariate(1 / 4))


def expected_share(topic: Topic, day: int) -> float:
    """Of a mean day's reports those of this topic on that day, before luck: weekends, holidays, the heating season."""
    weekly = topic.weekend if (day % 7) in (5, 6) else 1.0
    yearly = 1.0
    if topic.code == "heating":
        yearly = 1.0 + 0.9 * math.cos(2 * math.pi * (day + 45) / 365)
    return topic.share * weekly * yearly * (0.6 if day in HOLIDAYS else 1.0)


def anybody(town: Simulated, chance: random.Random) -> int:
    """The home of a household, each household alike."""
    return bisect.bisect_right(town.up_to, chance.randrange(town.households))


def poisson(chance: random.Random, mean: float) -> int:
    if mean > 50:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    count, product, least = 0, chance.random(), math.exp(-mean)
    while product > least:
        count += 1
        product *= chance.random()
    return count


class Learnt(Usual):
    """Reports an hour, from weeks of the town's own history: the hour's of all weekdays of its kind (working day or
    weekend), smoothed over its neighbours."""

    def __init__(self, history: Iterator[TroubleReport], weeks: int, households: int) -> None:
        self._counts: dict[tuple[str, bool, int], float] = {}
        for report in history:
            key = report.topic, report.at.weekday() >= 5, report.at.hour
            self._counts[key] = self._counts.get(key, 0.0) + 1
        self._weeks, self._least = weeks, PER_1000 * households / 1000 / 24 / 100

    def rate(self, topic: str, at: datetime) -> float:
        weekend = at.weekday() >= 5
        near = sum(self._counts.get((topic, weekend, (at.hour + off) % 24), 0.0) for off in (-1, 0, 1)) / 3
        return max(self._least, near / (self._weeks * (2 if weekend else 5)))

    def share(self, topic: str, territory: int) -> float | None:
        return None
