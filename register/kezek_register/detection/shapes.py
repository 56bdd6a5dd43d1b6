"""Convex pieces of the ground that reports may come from. Pure.

What a hull of n points misses of the households that they were drawn from is, on the average, the share of points that
are corners on which nobody else stands: each would lie outside of the hull of the others (Efron 1965). The hull is
grown until it has so many more households. Reports far off, where the hull has to stretch over many households for
them alone, are left out one by one; the fit says where to stop.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from kezek_register.detection.hull import Point, grown, hull

GROW = float(os.environ.get("GROW", "1"))
LEAST_M = 12.0  # a building is not a point
_FACTORS = (1.0, 1.06, 1.12, 1.2, 1.3, 1.45, 1.6, 1.8)
_PEELED = 0.3  # of the reports at most

Homes = Callable[[Sequence[Point]], float]


def rings(points: Sequence[Point], homes: Homes) -> Iterator[list[Point]]:
    """Of all points, then of fewer and fewer; `homes`: about how many households stand in a ring."""
    stand = Counter(points)
    left = len(points)
    least = left * (1.0 - _PEELED)
    while len(stand) >= 3:
        ring = hull(tuple(stand))
        if len(ring) < 3:
            return
        yield _with_missed(ring, stand, left, homes)
        corner = _stretched(ring, stand)
        left -= stand.pop(corner)
        if left < least:
            return


def _with_missed(ring: list[Point], stand: Counter[Point], count: int, homes: Homes) -> list[Point]:
    missed = sum(1 for one in ring if stand[one] == 1) / (count + 1)
    wanted = max(1.0, homes(grown(ring, 1.0, LEAST_M))) / max(0.3, 1.0 - GROW * missed)
    found = ring
    for factor in _FACTORS:
        found = grown(ring, factor, LEAST_M)
        if homes(found) >= wanted:
            break
    return found


def _stretched(ring: list[Point], stand: Counter[Point]) -> Point:
    """The corner for which the hull stretches most, by area for each report that stands there."""
    many = len(ring)

    def area(n: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = ring[n - 1], ring[n], ring[(n + 1) % many]
        return abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / stand[ring[n]]

    return ring[max(range(many), key=area)]
