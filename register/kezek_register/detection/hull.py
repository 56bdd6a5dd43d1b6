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


def grown_hull(points: Sequence[Point], least_m: float = 15.0) -> list[Point]:
    """The hull grown from its middle by what a hull of so few points misses: for n points spread evenly over an
    ellipse or a rectangle each width is about (n - 1) / (n + 1) of the true one."""
    ring = hull(points)
    n = len(set(points))
    x, y = sum(one[0] for one in ring) / len(ring), sum(one[1] for one in ring) / len(ring)
    factor = (n + 1) / (n - 1) if n > 1 else 1.0
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


def main_cluster(points: Sequence[Point]) -> list[Point]:
    """The most of them that hang together: each within three times the median gap of another."""
    gaps = [
        min((math.hypot(ax - bx, ay - by) for bx, by in points if (bx, by) != (ax, ay)), default=0.0)
        for ax, ay in points
    ]
    reach = 3.0 * max(30.0, sorted(gaps)[len(gaps) // 2])
    left = set(range(len(points)))
    best: list[int] = []
    while left:
        group = [left.pop()]
        for one in group:
            near = [n for n in left if math.dist(points[n], points[one]) <= reach]
            left.difference_update(near)
            group.extend(near)
        if len(group) > len(best):
            best = group
    return [points[n] for n in best]


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
