"""Shapes on the ground: the hull of points, grown. Pure; metres."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]


def hull(points: Sequence[Point]) -> list[Point]:
    """The convex hull, counter-clockwise (Andrew's monotone chain, 1979)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    return _half(ordered)[:-1] + _half(ordered[::-1])[:-1]


def grown(ring: Sequence[Point], factor: float, least_m: float) -> list[Point]:
    """From its middle, by `factor`, each corner by `least_m` at least."""
    x, y = sum(one[0] for one in ring) / len(ring), sum(one[1] for one in ring) / len(ring)
    found: list[Point] = []
    for px, py in ring:
        away = math.hypot(px - x, py - y) or 1.0
        by = max(factor, 1.0 + least_m / away)
        found.append((x + (px - x) * by, y + (py - y) * by))
    return found


def inside(point: Point, ring: Sequence[Point]) -> bool:
    """Of a convex ring, counter-clockwise."""
    x, y = point
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (bx - ax) * (y - ay) - (by - ay) * (x - ax) < -1e-6:
            return False
    return True


def _half(points: Sequence[Point]) -> list[Point]:
    chain: list[Point] = []
    for x, y in points:
        while len(chain) > 1:
            (ax, ay), (bx, by) = chain[-2], chain[-1]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            chain.pop()
        chain.append((x, y))
    return chain
