"""Boxes on the ground, at any angle, that explain where reports come from. Pure.

A network's part is a piece that its borders cut out, and blocks stand in rows: a box needs four numbers where a hull
needs all its corners, and so it loses less of what lies between the outermost reports and the border (of the range of
n uniform points 2 parts in n + 1 are missed on each axis, a hull misses twice as many). Each side may leave out a few
reports and stand a little farther off than the outermost one that it keeps: the side that explains them best is taken,
side after side until none is better (coordinate ascent), at each of some angles. All boxes that were looked at are
given back with how well they explain the reports: nobody knows the border, and what is told is chosen over all.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kezek_register.detection.canvas import Axis
from kezek_register.detection.hull import Point

ANGLES = 6
WEIGHED = 2  # of them, the best: there all margins are looked at
MARGINS = (0.4, 1.5, 3.5)  # of the mean distance between two neighbouring reports along the axis
LEFT_OUT = 3  # reports beyond one side at most, and a quarter of them
LEAST_M = 12.0  # a building is not a point
_ROUNDS = 3

# how well a box explains the reports, by the bits of the points and of the reports in it
Explains = Callable[[int, int], float]


class Box(NamedTuple):
    score: float
    bits: int  # of the canvas' points
    angle: float
    low: Point
    high: Point

    def ring(self) -> list[Point]:
        """Its corners, counter-clockwise."""
        (a, b), (c, d) = self.low, self.high
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return [(u * cos - v * sin, u * sin + v * cos) for u, v in ((a, b), (c, b), (c, d), (a, d))]


def boxes(reports: Sequence[Point], points: Sequence[Point], explains: Explains) -> list[Box]:
    """`reports`: 3 at least."""
    turned = [_Turned(step * math.pi / 2 / ANGLES, reports, points, explains) for step in range(ANGLES)]
    turned.sort(key=lambda one: one.climb(), reverse=True)
    for one in turned[:WEIGHED]:
        one.around()
    return [box for one in turned for box in one.seen.values()]


class _Turned:
    """The boxes of one angle. `seen`: by which place of each side's was taken."""

    def __init__(self, angle: float, reports: Sequence[Point], points: Sequence[Point], explains: Explains) -> None:
        self.seen: dict[tuple[int, ...], Box] = {}
        self._angle, self._explains = angle, explains
        self._reports, self._points = _axes(reports, angle), _axes(points, angle)
        self._sides = [side for axis in self._reports for side in _sides(axis.values)]
        begin = len(MARGINS) if len(reports) > 10 else 0  # without the outermost one
        self._best = tuple(min(len(side) - 1, begin) for side in self._sides)

    def climb(self) -> float:
        for _ in range(_ROUNDS):
            before = self._best
            for n, side in enumerate(self._sides):
                at = self._best
                self._best = max(((*at[:n], i, *at[n + 1 :]) for i in range(len(side))), key=self._score)
            if self._best == before:
                break
        return self._score(self._best)

    def around(self) -> None:
        """The same reports, and every margin of every side."""
        kept = [at - at % len(MARGINS) for at in self._best]
        for off in itertools.product(range(len(MARGINS)), repeat=4):
            self._score(tuple(map(operator.add, kept, off)))

    def _score(self, at: tuple[int, ...]) -> float:
        if (known := self.seen.get(at)) is None:
            left, right, below, above = (side[i] for side, i in zip(self._sides, at, strict=True))
            bits = self._points[0].between(left, right) & self._points[1].between(below, above)
            inside = self._reports[0].between(left, right) & self._reports[1].between(below, above)
            known = Box(self._explains(bits, inside), bits, self._angle, (left, below), (right, above))
            self.seen[at] = known
        return known.score


def _sides(values: Sequence[float]) -> list[list[float]]:
    """Where the lower and the upper side may stand: each report that it may keep, each margin."""
    many = len(values)
    off = many // 10
    apart = (values[-1 - off] - values[off]) / max(1, many - 2 * off - 1)
    keeps = range(min(LEFT_OUT, many // 4) + 1)
    lower = [values[k] - LEAST_M - margin * apart for k in keeps for margin in MARGINS]
    upper = [values[-1 - k] + LEAST_M + margin * apart for k in keeps for margin in MARGINS]
    return [lower, upper]


def _axes(points: Sequence[Point], angle: float) -> tuple[Axis, Axis]:
    cos, sin = math.cos(angle), math.sin(angle)
    return Axis([x * cos + y * sin for x, y in points]), Axis([y * cos - x * sin for x, y in points])
