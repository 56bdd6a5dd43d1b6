"""Where nobody answers, and where two do: a whole town looked through by its rules. Pure.

Houses that no rule tells apart are looked at once: a town of 200,000 has some thousand sorts of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from kezek_register.areas import Place
from kezek_register.duty_book import DutyBook
from kezek_register.duty_types import Answer, Duty, Finding


@dataclass(frozen=True, slots=True)
class Concern:
    """A finding before its example is put into words."""

    what: Literal["gap", "overlap"]
    asset_kind: str
    duties: tuple[Duty, ...]
    buildings: int
    example: Place


_Found: TypeAlias = dict[tuple[str, str, tuple[int, ...]], Concern]


def concerns(book: DutyBook, places: Iterable[Place]) -> list[Concern]:
    """By kind in the order of the kinds, gaps first; `places`: every building, and each street as a place without a
    house, for what a caller says of a house that the register does not know. Those without a building count nothing."""
    found: _Found = {}
    for place, buildings in _sorts(book, places):
        for kind in book.kinds:
            answer = book.who(place, kind.code)
            if answer is None:
                _count(found, Concern("gap", kind.code, (), buildings, place))
            else:
                _overlap(found, answer, buildings, place)
    for duty in book.duties:
        for place in _ends(duty):
            if answer := book.who(place, duty.asset_kind):
                _overlap(found, answer, 0, place)
    order = {kind.code: position for position, kind in enumerate(book.kinds)}
    return sorted(found.values(), key=lambda one: (order[one.asset_kind], one.what != "gap", -one.buildings))


def words(finding: Finding) -> str:
    """For the report of an import."""
    many = f"{finding.buildings} building{'' if finding.buildings == 1 else 's'}"
    where = f"{many}, {finding.example} for example" if finding.buildings else finding.example
    if finding.what == "gap":
        return f"gap: nobody answers for {finding.asset_kind} at {where}"
    holders = " and ".join(dict.fromkeys(duty.organisation for duty in finding.duties))
    return f"overlap: {holders} answer for {finding.asset_kind} at {where}"


def _overlap(found: _Found, answer: Answer, buildings: int, place: Place) -> None:
    if answer.others:
        tied = (answer.duty, *answer.others)
        _count(found, Concern("overlap", answer.duty.asset_kind, tied, buildings, place))


def _count(found: _Found, one: Concern) -> None:
    key = (one.what, one.asset_kind, tuple(duty.id for duty in one.duties))
    known = found.get(key)
    if known is None:
        found[key] = one
        return
    example = known.example if known.buildings or not one.buildings else one.example
    found[key] = replace(known, buildings=known.buildings + one.buildings, example=example)


def _sorts(book: DutyBook, places: Iterable[Place]) -> Iterator[tuple[Place, int]]:
    """One place of each sort that the rules tell apart, and how many buildings are of it."""
    named: dict[str, set[int]] = {}
    for duty in book.duties:
        area = duty.area
        for scope, one in (
            ("territory", area.territory_id),
            ("part", area.part_id),
            ("street", area.street_id),
            ("building", area.building_id),
        ):
            if one is not None:
                named.setdefault(scope, set()).add(one)
    territories, parts = named.get("territory", set()), named.get("part", set())
    streets, buildings = named.get("street", set()), named.get("building", set())
    counts: dict[tuple[object, ...], list[int]] = {}
    firsts: dict[tuple[object, ...], Place] = {}
    for place in places:
        on_street = place.street_id in streets
        sort = (
            place.street_id if on_street else bool(place.street_id),
            place.house if on_street else "",
            place.building_id if place.building_id in buildings else 0,
            tuple(each for each in place.territories if each in territories),
            tuple(each for each in place.parts if each in parts),
        )
        count = counts.get(sort)
        if count is None:
            counts[sort] = count = [0]
            firsts[sort] = place
        if place.building_id:
            if not count[0]:
                firsts[sort] = place  # an example that one can go to
            count[0] += 1
    return ((firsts[sort], count[0]) for sort, count in counts.items())


def _ends(duty: Duty) -> Iterator[Place]:
    """Rows of houses may meet where no house stands yet."""
    if duty.area.scope == "houses" and duty.area.street_id is not None:
        for house in filter(None, (duty.area.house_from, duty.area.house_to)):
            yield Place(duty.area.street_id, house)
