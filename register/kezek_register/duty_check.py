"""Where nobody answers, and where two do: a whole town looked through by its rules. Pure.

Houses that no rule tells apart are looked at once: a town of 200,000 has some thousand sorts of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from kezek_register.areas import Place, covers
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
    named: dict[str, set[int | None]] = {scope: set() for scope in ("territory", "part", "street", "building")}
    rows: dict[int | None, list[Duty]] = {}
    for duty in book.duties:
        named["territory"].add(duty.area.territory_id)
        named["part"].add(duty.area.part_id)
        named["building"].add(duty.area.building_id)
        if duty.area.scope == "houses":
            rows.setdefault(duty.area.street_id, []).append(duty)
        named["street"].add(duty.area.street_id)
    territories, parts, streets, buildings = named["territory"], named["part"], named["street"], named["building"]
    counts: dict[tuple[object, ...], int] = {}
    firsts: dict[tuple[object, ...], Place] = {}
    for place in places:
        sort = (
            place.street_id if place.street_id in streets else 0,
            tuple(duty.id for duty in rows.get(place.street_id, ()) if covers(duty.area, place)),
            place.building_id if place.building_id in buildings else 0,
            tuple(each for each in place.territories if each in territories),
            tuple(each for each in place.parts if each in parts),
        )
        known = counts.get(sort)
        if not known:
            firsts[sort] = place  # with a building where there is one: an example that one can go to
        counts[sort] = (known or 0) + bool(place.building_id)
    return ((firsts[sort], count) for sort, count in counts.items())


def _ends(duty: Duty) -> Iterator[Place]:
    """Rows of houses may meet where no house stands yet."""
    if duty.area.scope == "houses" and duty.area.street_id is not None:
        for house in filter(None, (duty.area.house_from, duty.area.house_to)):
            yield Place(duty.area.street_id, house)
