"""One town of `outage.py` with every detector."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from outage_baselines import MONTH_DAYS, Barred, Count, Statistic, StreetScan, calibrated
from outage_limit import bars_of_town
from outage_runs import Found, Player, Story, false_alarms, limited, played, story
from outage_town import Simulated, simulated
from outage_traffic import Learnt, Line, Ordinary

from kezek_register.detection.types import DetectionSettings, Detector, Suspicion, TroubleReport, Usual

VARIANTS = ("tree", "no tree", "no coordinates")
HISTORY_WEEKS, CALIBRATION_DAYS = 8, 120


@dataclass(frozen=True)
class Asked:
    faults: int
    days: int
    detector: str = "kezek"
    usual: str = "learnt"
    seed: str = "109"


@dataclass
class Result:
    """Of one detector in one town."""

    households: int
    variant: str
    detector: str
    found: list[Found]
    months: float
    alarms: list[Suspicion]


def of_town(size: int, variant: str, asked: Asked) -> list[Result]:
    town = simulated(size, int(asked.seed), network=variant == "tree", coordinates=variant != "no coordinates")
    return results(town, variant, story(town, asked.faults, f"{asked.seed}/{size}"), asked)


def results(town: Simulated, variant: str, told: Story, asked: Asked) -> list[Result]:
    """Of ours and, where the network is known, of the baselines: they take no notice of it."""
    usual = learnt(town, asked.seed)
    bars = bars_of_town(town, usual, _days(town, f"{asked.seed}/bars", CALIBRATION_DAYS), CALIBRATION_DAYS)
    names = [asked.detector]
    if variant == "tree":
        names += [name for name in ("count", "scan") if name != asked.detector]
    answers = []
    for name in names:
        player = Player(detector(name, town, usual, asked))
        found = played(town, told, player)
        limited(town, told, found, usual, bars)
        alone = Player(detector(name, town, usual, asked))
        alarms = false_alarms(_days(town, f"{asked.seed}/alone", asked.days), alone)
        answers.append(Result(town.households, variant, name, found, asked.days / MONTH_DAYS, alarms))
    return answers


def learnt(town: Simulated, seed: str) -> Learnt:
    return Learnt(_days(town, f"{seed}/history", 7 * HISTORY_WEEKS), HISTORY_WEEKS, town.households)


def detector(name: str, town: Simulated, usual: Usual, asked: Asked) -> Detector:
    if name == "kezek":
        from kezek_register.detection.detector import MassOutages
        from kezek_register.detection.usual import HouseholdsUsual

        given = usual if asked.usual == "learnt" else HouseholdsUsual(town.households)
        return MassOutages(town.known, DetectionSettings(), given)
    statistic = _statistic(name, town, usual)
    traffic = _days(town, f"{asked.seed}/bars", CALIBRATION_DAYS)
    return Barred(town, _statistic(name, town, usual), calibrated(statistic, traffic, CALIBRATION_DAYS))


def _statistic(name: str, town: Simulated, usual: Usual) -> Statistic:
    return Count() if name == "count" else StreetScan(town, usual)


def _days(town: Simulated, seed: str, days: int) -> Iterator[TroubleReport]:
    """Ordinary ones, from any day of the year on."""
    begins = random.Random(seed).randrange(0, 364, 7)  # noqa: S311 - a simulation
    return Ordinary(Line(town, seed), seed).reports(begins, days)
