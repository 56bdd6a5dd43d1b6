"""What is left of an outage after its end was announced: who says 'it is still out', gathered into places. Pure.

Each answer is evidence. Where it is on again one in thirty says 'no' (his own fuse, a wrong key); where it is out one
in ten says 'yes'. The sum of the log likelihood ratios of an area's answers is how much they speak for a fault there:
the area with the most of it is taken, its answers with it, and again, until nobody says 'no' any more. A feeder is
looked at as a whole, a street from house to house, as far along it as the evidence grows (the greatest partial sum).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Literal

from kezek_register.areas import Area, Parity, Place
from kezek_register.houses import house_key

NO_WHERE_ON, YES_WHERE_OUT = 1 / 30, 0.1
_NO = log((1 - YES_WHERE_OUT) / NO_WHERE_ON)
_YES = log(YES_WHERE_OUT / (1 - NO_WHERE_ON))
PRIOR = 1e-3  # of a fault that is left in one area that could have one
MISTAKEN_SHARE, MISTAKEN_LEAST = 0.6, 10  # of all answers are 'no', of so many: it was closed by mistake

Kind = Literal["house", "houses", "part"]


@dataclass(frozen=True, slots=True)
class Said:
    """What a household says. `place`: None where nobody knows where it lives."""

    party: str
    place: Place | None
    out: bool


@dataclass(frozen=True, slots=True)
class Left:
    """A place that is still out. `certainty`: 0 to 1, that it is a fault of its own and not single households'."""

    kind: Kind
    area: Area
    parties: tuple[str, ...]
    answered: int
    certainty: float


@dataclass(frozen=True, slots=True)
class StillOut:
    """`groups`: the surest first; `nowhere`: parties who say 'no' and whose place nobody knows; `mistaken`: so many say
    it that the outage as a whole is not over."""

    groups: tuple[Left, ...] = ()
    nowhere: tuple[str, ...] = ()
    answered: int = 0
    out: int = 0
    mistaken: bool = False


def gathered(answers: Iterable[Said]) -> StillOut:
    """Of one voice for each household."""
    said = list(answers)
    out = [one for one in said if one.out]
    placed = [one for one in said if one.place is not None and one.place.street_id]
    groups: list[Left] = []
    hanging = _Hanging(placed)
    while (best := hanging.best()) is not None:
        parties = tuple(one.party for one in best.inside if one.out)
        groups.append(Left(best.kind, best.area, parties, len(best.inside), _certainty(best.score)))
        hanging.take(best.inside)
    nowhere = tuple(one.party for one in out if one.place is None or not one.place.street_id)
    mistaken = len(said) >= MISTAKEN_LEAST and len(out) >= MISTAKEN_SHARE * len(said)
    ordered = sorted(groups, key=lambda each: (-each.certainty, -len(each.parties)))
    return StillOut(tuple(ordered), nowhere, len(said), len(out), mistaken)


@dataclass(frozen=True, slots=True)
class _Candidate:
    score: float
    kind: Kind
    area: Area
    inside: list[Said]


_Hook = tuple[Literal["part", "street"], int]


class _Hanging:
    """Answers by the streets and the parts of networks that they hang on; what was weighed is weighed again only when
    an answer of it was taken."""

    def __init__(self, placed: Sequence[Said]) -> None:
        self._on: dict[_Hook, list[Said]] = {}
        self._weighed: dict[_Hook, _Candidate | None] = {}
        for one in placed:
            for hook in _hooks(one):
                self._on.setdefault(hook, []).append(one)

    def best(self) -> _Candidate | None:
        """None when nobody says 'no' any more."""
        for hook, inside in self._on.items():
            if hook not in self._weighed:
                self._weighed[hook] = _candidate(hook, inside)
        found = [each for each in self._weighed.values() if each is not None]
        return max(found, key=lambda one: (one.score, -len(one.inside), _exact(one)), default=None)

    def take(self, inside: Sequence[Said]) -> None:
        taken = {id(one) for one in inside}
        for hook in {hook for one in inside for hook in _hooks(one)}:
            self._on[hook] = [one for one in self._on[hook] if id(one) not in taken]
            self._weighed.pop(hook, None)


def _hooks(one: Said) -> Iterator[_Hook]:
    if one.place is not None:
        yield "street", one.place.street_id
        for part in one.place.parts:
            yield "part", part


def _exact(one: _Candidate) -> tuple[int, int]:
    """Of areas with the same answers: one house, else the deepest part of a network, else a row of houses."""
    place = one.inside[0].place or Place()
    depth = place.parts.index(one.area.part_id) if one.area.part_id in place.parts else 0
    return {"house": 2, "part": 1, "houses": 0}[one.kind], depth


def _candidate(hook: _Hook, inside: list[Said]) -> _Candidate | None:
    out = sum(one.out for one in inside)
    if hook[0] == "street":
        return _along(hook[1], inside) if out else None
    return _Candidate(_score(inside), "part", Area("part", part_id=hook[1]), inside) if out > 1 else None


def _along(street: int, inside: Sequence[Said]) -> _Candidate:
    """The houses of a street, of both sides or of one, between which the evidence is greatest."""
    best: tuple[float, list[list[Said]], Parity] | None = None
    sides: tuple[Parity, ...] = ("", "odd", "even")
    for parity in sides:
        houses: dict[str, list[Said]] = {}
        for one in inside:
            house = one.place.house if one.place else ""
            if not parity or (house and (house_key(house)[0][1] % 2 == 1) == (parity == "odd")):
                houses.setdefault(house, []).append(one)
        run = _greatest([houses[house] for house in sorted(houses, key=house_key)])
        if run and (best is None or _score(_flat(run)) > best[0]):
            best = _score(_flat(run)), run, parity
    assert best is not None  # noqa: S101 - somebody of this street says 'no'
    score, run, parity = best
    first, last = run[0][0].place or Place(), run[-1][0].place or Place()
    if len(run) == 1:
        area = Area("houses", street_id=street, house_from=first.house, house_to=first.house)
        if first.building_id:
            area = Area("building", building_id=first.building_id)
        return _Candidate(score, "house", area, _flat(run))
    area = Area("houses", street_id=street, house_from=first.house, house_to=last.house, parity=parity)
    return _Candidate(score, "houses", area, _flat(run))


def _greatest(houses: Sequence[list[Said]]) -> list[list[Said]]:
    """The run of houses with the greatest sum, without what does not speak for it at its ends; [] where nobody says
    'no'."""
    best_sum, best = float("-inf"), (0, 0)
    total, begin = 0.0, 0
    for place, house in enumerate(houses):
        if total <= 0:
            total, begin = 0.0, place
        total += _score(house)
        if any(one.out for one in house) and total > best_sum:
            best_sum, best = total, (begin, place + 1)
    return list(houses[best[0] : best[1]])


def _score(inside: Sequence[Said]) -> float:
    return sum(_NO if one.out else _YES for one in inside)


def _certainty(score: float) -> float:
    return 1 / (1 + exp(min(700.0, -score - log(PRIOR / (1 - PRIOR)))))


def _flat(run: Sequence[list[Said]]) -> list[Said]:
    return [one for house in run for one in house]
