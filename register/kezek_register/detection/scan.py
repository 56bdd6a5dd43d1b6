"""Whether the latest report makes any of its candidate areas improbable by chance. Pure."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from kezek_register.detection.evidence import Evidence, Voice
from kezek_register.detection.gazetteer import EVERYWHERE, Gazetteer, Key
from kezek_register.detection.odds import follow, surprise

WINDOWS_S = (30.0, 90.0, 300.0, 600.0, 1200.0, 2400.0, 3600.0)
# of the false alarms allowed, the share that each kind of area may use, over all of its kind in one report's chain
_SHARES = {"b": 0.25, "s": 0.15, "r": 0.10, "p": 0.20, "t": 0.05, "c": 0.20, "a": 0.05}
# windows and squares inside of each other tell nearly the same: so many of them are as good as all
_LIKE_WINDOWS, _LIKE_SQUARES = 2.5, 8
_SHAPES = {"b": 3.0, "s": 3.0, "r": 3.0, "p": 5.0, "t": 6.0, "c": 3.0, "a": 3.0}


@dataclass(frozen=True, slots=True)
class Level:
    """Of a topic now. `rate`: reports a second that are usual in the whole town; `each`: the share of it that one
    household makes here; `loose`: reports of the last hour that belong to no suspicion, `expected`: of them usual."""

    rate: float
    each: float
    loose: float
    expected: float


@dataclass(frozen=True, slots=True)
class Found:
    key: Key
    score: float
    span_s: float
    voices: tuple[Voice, ...]


class Scan:
    def __init__(self, gazetteer: Gazetteer, least_parties: int, window_s: float) -> None:
        self._gazetteer = gazetteer
        self._least = max(2, least_parties)
        self._windows = (*(one for one in WINDOWS_S if one < window_s), window_s)

    def best(self, evidence: Evidence, voice: Voice, level: Level) -> Found | None:
        """The area that chance explains least, already charged for how many areas and windows were looked at."""
        best: Found | None = None
        kinds: dict[str | int, int] = {}
        for key, _ in voice.hangs:
            kinds[key[0]] = kinds.get(key[0], 0) + 1
        for key, _ in voice.hangs:
            hanging = evidence.areas.get(key, ())
            if len(hanging) < self._least:
                continue
            many = min(kinds[key[0]], _LIKE_SQUARES) * _LIKE_WINDOWS
            charge = math.log(many / _SHARES[str(key[0])])
            found = self._area(key, hanging, voice, level, charge)
            if found is not None and (best is None or found.score > best.score):
                best = found
        return best

    def _area(
        self, key: Key, hanging: deque[tuple[Voice, float]] | tuple[()], voice: Voice, level: Level, charge: float
    ) -> Found | None:
        homes = self._gazetteer.households(key)
        each_s = level.rate * (1.0 if key == EVERYWHERE else min(1.0, homes * level.each))
        shape = _SHAPES[str(key[0])]
        best, best_span = 0.0, 0.0
        fresh = extra = 0.0
        parties = 0
        ages = sorted(((abs(voice.at - one.at), one.fresh, mass) for one, mass in hanging if not one.dead))
        at = 0
        for span in self._windows:
            before = parties
            while at < len(ages) and ages[at][0] <= span:
                _, first, mass = ages[at]
                at += 1
                parties += 1
                if first:
                    fresh += mass
                else:
                    extra += mass
            if parties < self._least or parties == before:
                continue
            ratio = 1.0
            if key != EVERYWHERE:
                ratio = max(1.0, (level.loose - parties + 4.0) / (level.expected + 4.0))
            mean = each_s * span * ratio
            seed = 1.0 if fresh >= 1.0 else fresh
            left = extra - (1.0 - seed)
            score = surprise(fresh - seed, mean, shape) + max(0.0, left) * follow(span, mean / max(1.0, fresh)) - charge
            if score > best:
                best, best_span = score, span
        if best <= 0.0:
            return None
        members = tuple(one for one, _ in hanging if not one.dead and abs(voice.at - one.at) <= best_span)
        return Found(key, best, best_span, members)
