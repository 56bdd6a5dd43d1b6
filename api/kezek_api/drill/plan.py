"""The plan of a drill: which fault befalls whom, when, for how long. Pure: a seed has one plan.

A target is the node, exchange or operator; of a link 'n1/a', node and exchange; '' where there is one only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

from kezek_api.drill.types import Fault, Kind

FIRST_S = 2.0  # the load has begun by then
OVERLAP = 0.3  # the chance that a fault comes while the one before lasts

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. `rest_s`: after its end, until the next; what it has left behind is made good by then."""

    for_s: Range
    rest_s: Range = (0.5, 3.0)


TIMINGS = {
    Kind.NODE_KILLED: Timing((0.3, 4)),
    Kind.NODE_FROZEN: Timing((2, 12)),
    Kind.NODE_DRAINED: Timing((1, 4)),
    Kind.NODE_LOG_FULL: Timing((2, 8)),
    Kind.BOOKS_KILLED: Timing((0.1, 0.5), (2, 5)),
    Kind.REDIS_KILLED: Timing((0.5, 6)),
    Kind.REDIS_EMPTIED: Timing((0.5, 4), (2, 5)),
    Kind.REDIS_FROZEN: Timing((0.5, 6)),
    Kind.SQL_AWAY: Timing((5, 20), (3, 6)),
    Kind.AMI_CUT: Timing((0.5, 6)),
    Kind.AMI_HALF_OPEN: Timing((5, 12)),
    Kind.AMI_DROPS_EVENTS: Timing((5, 12)),
    Kind.AMI_DOUBLES_EVENTS: Timing((3, 10)),
    Kind.AMI_DELAYED: Timing((3, 10)),
    Kind.FASTAGI_CUT: Timing((1, 6)),
    Kind.FASTAGI_DELAYED: Timing((3, 10)),
    Kind.SOUND_CUT: Timing((1, 5)),
    Kind.SOUND_STALLED: Timing((3, 10)),
    Kind.REDIS_LINK_CUT: Timing((0.5, 6)),
    Kind.REDIS_LINK_DELAYED: Timing((3, 10)),
    Kind.BROKER_KILLED: Timing((1, 6)),
    Kind.DESK_DEAD: Timing((4, 10)),
    Kind.PHONE_DEAD: Timing((8, 15)),
    Kind.ASTERISK_KILLED: Timing((1, 5), (5, 10)),
}

OF_A_LINK = frozenset(kind for kind in Kind if kind.startswith(("ami_", "fastagi_", "sound_")))
OF_A_NODE = frozenset(kind for kind in Kind if kind.startswith(("node_", "books_", "redis_link_")))
OF_AN_OPERATOR = frozenset({Kind.DESK_DEAD, Kind.PHONE_DEAD})
OF_REDIS = frozenset({Kind.REDIS_KILLED, Kind.REDIS_EMPTIED, Kind.REDIS_FROZEN})

# No service could stand both at one time, nor one soon after the other: what would save it is gone with the other.
PHYSICS = (
    (frozenset({Kind.ASTERISK_KILLED}), frozenset({Kind.ASTERISK_KILLED})),  # nobody can be spoken to
    # who dialled while Redis was away is known to his exchange alone
    (frozenset({Kind.ASTERISK_KILLED}), OF_REDIS | {Kind.REDIS_LINK_CUT}),
    # what Redis keeps for SQL is nowhere else until it is written
    (frozenset({Kind.REDIS_EMPTIED}), OF_REDIS | OF_A_NODE | {Kind.SQL_AWAY}),
    (OF_REDIS, OF_REDIS),  # there is one
)


def faults(
    seed: int,
    count: int,
    *,
    exchanges: Sequence[str],
    nodes: Sequence[str],
    operators: Sequence[str],
    kinds: Collection[Kind],
    scale: float = 1.0,
) -> list[Fault]:
    """In the order of their beginnings. Every kind comes once before any comes twice. `scale` shortens or stretches
    all times alike. Raises ValueError when nothing is left that can happen."""
    random = Random(f"plan {seed}")  # noqa: S311 - no secret
    possible = sorted(kind for kind in kinds if operators or kind not in OF_AN_OPERATOR)
    if not possible and count:
        raise ValueError("no kind of fault can happen here")
    plan: list[Fault] = []
    deck: list[Kind] = []
    free_at = FIRST_S
    for number in range(1, count + 1):
        if not deck:
            deck = random.sample(possible, len(possible))
        kind = deck.pop()
        target = _target(random, kind, exchanges, nodes, operators)
        timing = TIMINGS[kind]
        new = Fault(number, free_at, kind, target, random.uniform(*timing.for_s))
        joins, share = random.random() < OVERLAP, random.random()
        if joins and plan and _alone(plan):
            joined = replace(new, at_s=plan[-1].at_s + share * plan[-1].for_s)
            if not clash(plan[-1], joined):
                new = joined
        plan.append(new)
        free_at = max(free_at, new.at_s + new.for_s + random.uniform(*timing.rest_s))
    return [replace(one, at_s=round(one.at_s * scale, 3), for_s=round(one.for_s * scale, 3)) for one in plan]


def fitted(plan: Sequence[Fault], within_s: float) -> list[Fault]:
    """All times shortened alike, so that the last fault is mended by then; a plan that ends sooner stays as it is."""
    scale = min(1.0, within_s / max(ends(plan), 1e-9))
    return [replace(one, at_s=one.at_s * scale, for_s=one.for_s * scale) for one in plan]


def ends(plan: Iterable[Fault]) -> float:
    """When the last fault is mended; 0 when there is none."""
    return max((one.at_s + one.for_s for one in plan), default=0.0)


def clash(one: Fault, other: Fault) -> bool:
    """Whether the two may not be at one time: nothing could save the calls, or one would hide the other."""
    if _named(one) & _named(other) or (one.kind, one.target) == (other.kind, other.target):
        return True
    return any(
        (one.kind in left and other.kind in right) or (other.kind in left and one.kind in right)
        for left, right in PHYSICS
    )


def _named(fault: Fault) -> frozenset[str]:
    return frozenset(filter(None, fault.target.split("/")))


def _alone(plan: Sequence[Fault]) -> bool:
    """Whether nothing else was there when the last one began or while it lasts: never three at one time."""
    *before, last = plan
    return all(one.at_s + one.for_s <= last.at_s for one in before[-2:])


def _target(
    random: Random, kind: Kind, exchanges: Sequence[str], nodes: Sequence[str], operators: Sequence[str]
) -> str:
    if kind in OF_A_LINK:
        return f"{random.choice(nodes)}/{random.choice(exchanges)}"
    if kind in OF_A_NODE:
        return random.choice(nodes)
    if kind in OF_AN_OPERATOR:
        return random.choice(operators)
    return random.choice(exchanges) if kind is Kind.ASTERISK_KILLED else ""
