"""Whether a place lies in an area, and which of two areas that cover it is the more special one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_register.areas import Area, Place, covers, rank
from kezek_register.houses import house_key
from kezek_register.sql.places import ids_of, parts_of

HOUSES = st.builds(
    lambda number, letter, more: f"{number}{letter}{more}",
    st.integers(1, 60), st.sampled_from(["", "", "а", "б"]), st.sampled_from(["", "", "/2", "к3"]),
)  # fmt: skip
IDS = st.integers(1, 6)
PATHS = st.lists(IDS, unique=True, max_size=4).map(tuple)
PLACES = st.builds(Place, IDS, st.one_of(st.just(""), HOUSES), st.integers(0, 6), PATHS, PATHS)
AREAS = st.one_of(
    st.just(Area("all")),
    st.builds(lambda one: Area("territory", territory_id=one), IDS),
    st.builds(lambda one: Area("part", part_id=one), IDS),
    st.builds(lambda one: Area("street", street_id=one), IDS),
    st.builds(lambda one: Area("building", building_id=one), IDS),
    st.builds(
        lambda one, first, last, parity: Area("houses", street_id=one, house_from=first, house_to=last, parity=parity),
        IDS, st.one_of(st.just(""), HOUSES), st.one_of(st.just(""), HOUSES), st.sampled_from(["", "odd", "even"]),
    ),
)  # fmt: skip


def houses(first: str = "", last: str = "", parity: str = "") -> Area:
    return Area("houses", street_id=1, house_from=first, house_to=last, parity=parity)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("area", "inside", "outside"),
    [
        (houses("3", "9"), ("3", "9", "9а", "9/2", "5к2"), ("2", "10", "2а", "")),
        (houses("3", "9", "odd"), ("3", "9/2"), ("4", "8а")),
        (houses("", "9", "even"), ("2", "8/1"), ("1", "10")),
        (houses("12/2"), ("12/2", "12/3", "13", "100"), ("12", "12/1", "2")),
        (houses("", "12а"), ("12", "1"), ("12б", "13")),
    ],
)
def test_ranges_of_houses(area: Area, inside: tuple[str, ...], outside: tuple[str, ...]) -> None:
    assert all(covers(area, Place(1, house)) for house in inside)
    assert not any(covers(area, Place(1, house)) for house in outside)
    assert not any(covers(area, Place(2, house)) for house in (*inside, *outside))


@given(AREAS, PLACES)
def test_all_covers_everything_and_nothing_is_wider(area: Area, place: Place) -> None:
    assert covers(Area("all"), place)
    assert rank(Area("all"), place) <= rank(area, place)


@given(PLACES, AREAS)
def test_an_unknown_house_lies_in_no_area_that_names_houses(place: Place, area: Area) -> None:
    bare = Place(place.street_id, "", 0, place.territories, place.parts)
    if area.scope in {"houses", "building"}:
        assert not covers(area, bare)


@given(st.lists(IDS, unique=True, min_size=2).map(tuple), st.data())
def test_the_deeper_one_wins(path: tuple[int, ...], data: st.DataObject) -> None:
    """The rule of one executor rests on it: of a town's and its district's rule the district's stands."""
    one, other = data.draw(st.sampled_from(path)), data.draw(st.sampled_from(path))
    place = Place(1, "1", 1, path, path)
    for first, second in (
        (Area("territory", territory_id=one), Area("territory", territory_id=other)),
        (Area("part", part_id=one), Area("part", part_id=other)),
    ):
        assert (rank(first, place) < rank(second, place)) == (path.index(one) < path.index(other))


@given(HOUSES, HOUSES, HOUSES)
def test_a_range_is_cut_in_two_without_gap_or_overlap_at_whole_numbers(house: str, low: str, high: str) -> None:
    number = house_key(low)[0][1]
    below, above = houses("", str(number)), houses(str(number + 1), "")
    assert covers(below, Place(1, house)) != covers(above, Place(1, house))
    both = covers(houses(low, high), Place(1, house))
    assert both <= (covers(houses(low, ""), Place(1, house)) and covers(houses("", high), Place(1, house)))


@given(st.lists(PATHS, max_size=4))
def test_parts_of_several_networks_come_by_depth(paths: list[tuple[int, ...]]) -> None:
    """Whatever tree it is in, a part's parent stands before it: so `rank` takes the deeper one."""
    trees = [tuple(10 * tree + each for each in path) for tree, path in enumerate(paths, 1)]
    told = parts_of("/" + "".join(f"{each}/" for each in path) for path in trees)
    assert sorted(told) == sorted(each for path in trees for each in path)
    for path in trees:
        assert ids_of("/" + "".join(f"{each}/" for each in path)) == path
        assert sorted(path, key=told.index) == list(path)
