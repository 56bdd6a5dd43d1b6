"""A queue's rules as data: who goes first to whom, how wishes are relaxed, how many may wait, how callbacks share.

They are read from the site's rules file, handed to the engine once (`Queues.configure`) and kept beside the line in
Redis, so that every node's scripts go by the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Strategy = Literal["longest_idle", "least_occupied", "best_skill"]


@dataclass(frozen=True, slots=True)
class Relax:
    """From `after_s` in the line on, every wanted level is `lower` less, and the wishes named in `drop` are no more
    ('*' names all). Steps add up; a level of 0 is no wish. A call wanted by one operator alone is open to all of its
    queue from the first step on."""

    after_s: float
    lower: int = 0
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueRules:
    """Of those who are free in a queue `reserve` are kept for the highest priorities, and on top of them
    `reserve_behind` from callers of a priority below 0: they know already, and stand behind. One of them is taken only
    while more than both are free, by whatever way he waits: a callback of his too is dialled only then, for dialling
    takes an operator as a talk does. A call wanted by one operator alone is his with any reserve: somebody has decided
    that these two shall speak, and it binds nobody else. Once `named_s` is over it waits for all, and as all do.

    Nobody starves behind: after `behind_s` there he stands at priority 0, at his first place, and can be put behind no
    more. The time goes on through an offer that lapsed, a callback in his stead, and a redial."""

    strategy: Strategy = "longest_idle"  # of several operators who could take a call
    capacity: int = 0  # callers in the line at most, not callbacks; 0: no limit. Priority 9 and who was in it get in
    relax: tuple[Relax, ...] = ()
    named_s: float = 30.0  # how long a call is kept for the one operator it is wanted by, at most
    together_from: int = 9  # from this priority on several operators are rung at once
    together: int = 3  # so many; 1 is never several
    callback_share: float = 0.5  # callbacks being dialled, of the queue's operators at work: at most, but one at least
    callback_retries_s: tuple[float, ...] = (300.0, 1800.0)  # pauses after which one not reached is tried again
    callback_lease_s: float = 75.0  # an offer's life while the citizen is dialled
    redial_s: float = 600.0  # who left the line and dials again within it has the old place back
    reserve: int = 0  # free operators kept for the highest priorities: others are taken by whoever is free beyond them
    reserve_behind: int = 0  # free operators kept, besides, from callers of a priority below 0
    behind_s: float = 900.0  # so long a caller stays below 0 at most; 0: for ever
    wrap_up_extensions: int = 2  # how often an operator may prolong one wrap-up


def relaxed(wanted: Mapping[str, int], steps: tuple[Relax, ...]) -> list[tuple[float, dict[str, int]]]:
    """(seconds in the line, what is wanted from then on), only where it changes."""
    plan: list[tuple[float, dict[str, int]]] = []
    now = {name: level for name, level in wanted.items() if level > 0}
    for step in sorted(steps, key=lambda each: each.after_s):
        kept = {name: level for name, level in now.items() if name not in step.drop and "*" not in step.drop}
        then = {name: level - step.lower for name, level in kept.items() if level > step.lower}
        if then != now:
            plan.append((step.after_s, then))
            now = then
    return plan
