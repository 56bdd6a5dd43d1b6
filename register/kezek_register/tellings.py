"""Whom to tell once that an outage is over: households, each under whatever keys it came. Pure.

Parties that are one household, or that would be told on one number, are one group and are told by one notice.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass

from kezek_register.outage_types import Tie


@dataclass(frozen=True, slots=True)
class Group:
    """`ties` in the order in which they came; `teller`: the tie by whose number and language they are told, None when
    nobody of them wants to be told or has a number."""

    ties: tuple[Tie, ...]

    @property
    def teller(self) -> Tie | None:
        return next((tie for tie in self.ties if tie.tell and tie.phone), None)


def party(household_id: int | None, building_id: int | None, flat: str, phone: str) -> str:
    """The key of a household in an outage; '' when nothing says who it is."""
    if household_id:
        return f"household:{household_id}"
    if building_id and flat:
        return f"flat:{building_id}:{flat}"
    return f"phone:{phone}" if phone else f"building:{building_id}" if building_id else ""


def groups(ties: Sequence[Tie]) -> list[Group]:
    """Every tie in exactly one of them; in the order of their first ties."""
    above = list(range(len(ties)))

    def top(place: int) -> int:
        while above[place] != place:
            above[place] = above[above[place]]
            place = above[place]
        return place

    first: dict[Hashable, int] = {}
    for place, tie in enumerate(ties):
        for mark in _marks(tie):
            other, own = top(first.setdefault(mark, place)), top(place)
            above[max(other, own)] = min(other, own)
    found: dict[int, list[Tie]] = {}
    for place, tie in enumerate(ties):
        found.setdefault(top(place), []).append(tie)
    return [Group(tuple(members)) for members in found.values()]


@dataclass(frozen=True, slots=True)
class Ending:
    """`ties` of one group for whom it is over now; `teller`: None when nobody of them is to be told (any more)."""

    ties: tuple[Tie, ...]
    teller: Tie | None


def endings(ties: Sequence[Tie], now: Collection[str]) -> list[Ending]:
    """For the parties `now` it is over; those with a `step` were told before and are told no more. Whoever left nothing
    but a number is told with the first home that has this number, and not again with the next one."""
    found = []
    for group in groups(ties):
        over = [tie for tie in group.ties if not tie.step and tie.party in now]
        if not over:
            continue
        before = [tie for tie in group.ties if tie.step]
        over = [tie for tie in group.ties if not tie.step and (tie.party in now or tie.building_id is None)]
        homes = {tie.building_id for tie in before}
        known = bool(before) and all(tie.building_id is None or tie.building_id in homes for tie in over)
        said = any(tie.restored == "yes" for tie in over)
        asked = Group(tuple(over)).teller
        found.append(Ending(tuple(over), None if known or said else asked))
    return found


def _marks(tie: Tie) -> Iterator[Hashable]:
    yield "party", tie.party
    if tie.phone:
        yield "phone", tie.phone
    if tie.household_id:
        yield "household", tie.household_id
    if tie.building_id and tie.flat:
        yield "flat", tie.building_id, tie.flat
