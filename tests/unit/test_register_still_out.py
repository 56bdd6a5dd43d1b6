"""What is left of an outage by its households' answers: single houses, houses of a street, a feeder, or all of it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kezek_register.areas import Area, Place, covers
from kezek_register.still_out import Said, gathered
from kezek_register.still_out_words import left_in_words, mistaken_in_words


def said(number: int, street: int, house: int, *, out: bool, parts: tuple[int, ...] = ()) -> Said:
    return Said(f"household:{number}", Place(street, str(house), 1000 * street + house, (), parts), out)


def test_a_feeder_that_is_out_still_is_found_whatever_its_streets() -> None:
    """Nine of ten there say 'no', one of thirty elsewhere."""
    chance = random.Random(1)  # noqa: S311 - the same each time
    dark = [said(n, 1 + n % 2, n + 1, out=chance.random() < 0.9, parts=(1, 5)) for n in range(40)]
    lit = [said(100 + n, 3, n + 1, out=chance.random() < 1 / 30, parts=(1, 6)) for n in range(60)]
    found = gathered([*dark, *lit])
    assert (found.groups[0].kind, found.groups[0].area, found.mistaken) == ("part", Area("part", part_id=5), False)
    assert found.groups[0].certainty > 0.999
    assert all(one.kind == "house" and one.certainty < 0.1 for one in found.groups[1:])


@pytest.mark.parametrize("parity", ["", "odd"])
def test_houses_of_a_street_are_one_row_of_one_side_or_both(parity: str) -> None:
    def out(house: int) -> bool:
        return 11 <= house <= 19 and (not parity or house % 2 == 1)

    found = gathered([said(house, 1, house, out=out(house)) for house in range(1, 41)])
    (group,) = found.groups
    assert group.area == Area("houses", street_id=1, house_from="11", house_to="19", parity=parity)  # type: ignore[arg-type]
    assert left_in_words(group, "Abay 11-19", "en").startswith("Abay 11-19: still out at ")


def test_a_single_house_is_no_fault_of_its_own_and_nowhere_is_nowhere() -> None:
    found = gathered([*(said(n, 1, n, out=n == 7) for n in range(1, 20)), Said("phone:+7", None, True)])
    (group,) = found.groups
    assert (group.kind, group.area, group.parties) == ("house", Area("building", building_id=1007), ("household:7",))
    assert group.certainty < 0.1
    assert found.nowhere == ("phone:+7",)


def test_thousands_of_still_out_are_a_mistake_and_not_thousands_of_faults() -> None:
    chance = random.Random(2)  # noqa: S311 - the same each time
    answers = [said(n, n % 50, n // 50, out=chance.random() < 0.9, parts=(1, 2 + n % 4)) for n in range(5000)]
    found = gathered(answers)
    assert found.mistaken
    for language in ("kk", "ru", "uk", "en"):
        assert str(found.out) in mistaken_in_words(found, language)
    assert not gathered(answers[:9]).mistaken, "nine answers are few"


@given(
    some.lists(
        some.tuples(some.integers(1, 3), some.integers(1, 12), some.booleans(), some.integers(0, 2)), max_size=40
    )
)
def test_each_no_is_in_exactly_one_group_and_inside_its_area(told: list[tuple[int, int, bool, int]]) -> None:
    answers = [
        said(n, street, house, out=out, parts=(1, part + 1) if part else ())
        for n, (street, house, out, part) in enumerate(told)
    ]
    found = gathered(answers)
    grouped = [party for group in found.groups for party in group.parties]
    assert sorted(grouped) == sorted(one.party for one in answers if one.out)
    places = {one.party: one.place or Place() for one in answers}
    assert all(covers(group.area, places[party]) for group in found.groups for party in group.parties)
    assert all(0 <= group.certainty <= 1 for group in found.groups)
    assert (found.answered, found.out) == (len(answers), sum(one.out for one in answers))
