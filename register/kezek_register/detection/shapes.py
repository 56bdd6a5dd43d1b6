"""Convex pieces of the ground that reports may come from. Pure.

What a hull of n points misses of the households that they were drawn from is, on the average, the share of points that
are corners on which nobody else stands: each would lie outside of the hull of the others (Efron 1965). The hull is
grown until it has so many more households. Reports far off, where the hull has to stretch over many households for
them alone, are left out one by one; the fit says where to stop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from kezek_register.detection.hull import Point, grown, hull

GROWN = 0.7  # of what is missed: half a town too many is worse than a house too few
LEAST_M = 12.0  # a building is not a point
_FACTORS = (1.0, 1.08, 1.18, 1.3, 1.5, 1.75)
_PEELED = 0.25  # of the reports at most
_STEPS = 8  # in which they are left out

Homes = Callable[[Sequence[Point]], float]


def rings(points: Sequence[Point], homes: Homes) -> Iterator[tuple[list[Point], float]]:
    """Of all points, then of fewer and fewer, each with about how many households stand in it, by `homes`."""
    stand = Counter(points)
    left = len(points)
    least = left * (1.0 - _PEELED)
    step = max(1, round(left * _PEELED / _STEPS))
    while len(stand) >= 3 and left >= least:
        ring = hull(tuple(stand))
        if len(ring) < 3:
            return
        yield _with_missed(ring, stand, left, homes)
        for _ in range(step):
            corner = _stretched(ring, stand)
            left -= stand.pop(corner)
            if len(ring := hull(tuple(stand))) < 3:
                return


def _with_missed(ring: list[Point], stand: Counter[Point], count: int, homes: Homes) -> tuple[list[Point], float]:
    missed = sum(1 for one in ring if stand[one] == 1) / (count + 1)
    found = grown(ring, _FACTORS[0], LEAST_M)
    has = max(1.0, homes(found))
    wanted = has / max(0.3, 1.0 - GROWN * missed)
    for factor in _FACTORS[1:]:
        if has >= wanted:
            break
        larger = grown(ring, factor, LEAST_M)
        more = homes(larger)
        if more > 1.15 * wanted:
            break
        found, has = larger, more
    return found, max(1.0, has)


def _stretched(ring: list[Point], stand: Counter[Point]) -> Point:
    """The corner for which the hull stretches most, by area for each report that stands there."""
    many = len(ring)

    def area(n: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = ring[n - 1], ring[n], ring[(n + 1) % many]
        return abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / stand[ring[n]]

    return ring[max(range(many), key=area)]
