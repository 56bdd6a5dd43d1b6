"""Faults of every size in a simulated town, and who telephones.

1 to 10 % of the households call, 12 at least; half of them within 10 minutes (half of the faults by an exponential
law, half by a log-normal one, which begins more slowly); some redial; each address is heard as `outage_traffic` says.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import NormalDist

from outage_town import Simulated
from outage_traffic import Line, anybody

from kezek_register.detection.types import TroubleReport

LEAST_CALLERS, HALF_S, REDIALS = 12, 600.0, 0.10
LEAST_HOUSEHOLDS = 50
KINDS = ("building", "stretch", "feeder", "substation", "half the city")
_NORMAL = NormalDist()
_OF_POWER, _OF_HEAT, _OF_WATER = ("electricity",), ("heating", "hot_water"), ("cold_water",)


@dataclass(frozen=True, slots=True)
class Fault:
    kind: str
    topic: str
    homes: frozenset[int]
    households: int
    share: float  # of the households that call
    slow: bool  # it begins log-normally

    @property
    def callers(self) -> int:
        return min(self.households, max(LEAST_CALLERS, round(self.share * self.households)))

    def delay_s(self, dice: float) -> float:
        """The time from the fault by which the share `dice` of its callers has called, s."""
        if self.slow:
            return HALF_S * math.exp(_NORMAL.inv_cdf(dice))
        return -HALF_S * math.log2(1 - dice)


def fault(town: Simulated, kind: str, chance: random.Random) -> Fault:
    """Raises ValueError when the town has nothing of that kind and size."""
    for _ in range(200):
        topic, homes = _MAKES[kind](town, chance)
        if (households := town.lived_in(homes)) >= LEAST_HOUSEHOLDS:
            share = math.exp(chance.uniform(math.log(0.01), math.log(0.10)))
            return Fault(kind, topic, frozenset(homes), households, share, chance.random() < 0.5)
    raise ValueError(f"a town of {town.households} households has no {kind} of {LEAST_HOUSEHOLDS} households")


def calls(fault: Fault, line: Line, begins: datetime, chance: random.Random, most: int = 150) -> list[TroubleReport]:
    """The first ones, in order."""
    town, homes = line.town, sorted(fault.homes)
    count = fault.callers
    early = sorted(chance.random() for _ in range(count))[:most]
    weights = [town.homes[home].households for home in homes]
    seen: set[tuple[int, int]] = set()
    times: list[tuple[float, int, int]] = []
    for dice in early:
        home = chance.choices(homes, weights)[0]
        while (who := (home, chance.randrange(town.homes[home].households))) in seen:
            home = chance.choices(homes, weights)[0]
        seen.add(who)
        times.append((fault.delay_s(max(dice, 1e-9)), *who))
        while chance.random() < REDIALS:
            times.append((times[-1][0] + chance.expovariate(1 / 900), *who))
    times.sort()
    return [
        line.call(begins + timedelta(seconds=after), fault.topic, home, f"household:{home}-{flat}")
        for after, home, flat in times[:most]
    ]


def _building(town: Simulated, chance: random.Random) -> tuple[str, list[int]]:
    home = anybody(town, chance)
    return chance.choice(("electricity", "heating", "hot_water", "cold_water")), [home]


def _stretch(town: Simulated, chance: random.Random) -> tuple[str, list[int]]:
    """Some neighbours on a street, on one side of it or both, without the others: up to 60 houses."""
    first = town.homes[anybody(town, chance)]
    parity = chance.choice((None, 0, 1))
    row = [
        index
        for index in town.streets[first.street]
        if parity is None or number_of(town.homes[index].house) % 2 == parity
    ]
    row.sort(key=lambda index: (number_of(town.homes[index].house), town.homes[index].house))
    length = min(len(row), chance.randint(3, 60))
    begin = chance.randint(0, len(row) - length) if length else 0
    homes = row[begin : begin + length]
    return chance.choice(("electricity", "cold_water", "heating")), homes if len(homes) > 1 else []


def _node(town: Simulated, chance: random.Random, *of: tuple[str, tuple[str, ...]]) -> tuple[str, list[int]]:
    kind, topics = chance.choice([each for each in of if town.kinds.get(each[0])])
    return chance.choice(topics), town.areas_of[chance.choice(town.kinds[kind])]


def _feeder(town: Simulated, chance: random.Random) -> tuple[str, list[int]]:
    return _node(town, chance, ("feeder", _OF_POWER), ("heat_main", _OF_HEAT))


def _substation(town: Simulated, chance: random.Random) -> tuple[str, list[int]]:
    water = ("water_zone", _OF_WATER)
    return _node(town, chance, ("substation", _OF_POWER), ("boiler_house", _OF_HEAT), water, ("district", _OF_WATER))


def _half(town: Simulated, chance: random.Random) -> tuple[str, list[int]]:
    """Substations side by side that feed about half of the town."""
    angle = chance.uniform(0, 2 * math.pi)

    def along(node: int) -> float:
        homes = [town.homes[index] for index in town.areas_of[node]]
        return sum(home.x * math.cos(angle) + home.y * math.sin(angle) for home in homes) / len(homes)

    found: list[int] = []
    for node in sorted(town.kinds["substation"], key=along):
        if town.lived_in(found) >= 0.45 * town.households:
            break
        found += town.areas_of[node]
    return "electricity", found


def number_of(house: str) -> int:
    digits = ""
    for letter in house:
        if not letter.isdigit():
            break
        digits += letter
    return int(digits or 0)


_MAKES = {
    "building": _building,
    "stretch": _stretch,
    "feeder": _feeder,
    "substation": _substation,
    "half the city": _half,
}
