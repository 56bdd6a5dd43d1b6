"""Exactly one executor for each place and kind of asset: random towns and rules; what the check says of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kezek_register import duty_areas, duty_check
from kezek_register.areas import Area, Place, covers, rank
from kezek_register.duty_book import DutyBook
from kezek_register.duty_types import AssetKind, BadDuty, Duty, Organisation

CITY = Organisation(1, "city", {"en": "City"})
WATER = Organisation(2, "water", {"en": "Water"}, parent="city")
RAILWAY = Organisation(3, "railway", {"en": "Railway"}, foreign=True)
GONE = Organisation(4, "gone", {"en": "Gone"}, active=False)
ORGANISATIONS = (CITY, WATER, RAILWAY, GONE)
PIPE, LIFT = AssetKind("pipe", {"en": "pipe"}), AssetKind("lift", {"en": "lift"})

ids = st.integers(1, 4)
houses = st.sampled_from(["1", "2", "5", "7а", "9", "9/2", "9а", "12", "45", "45к2"])
open_houses = st.one_of(st.just(""), houses)


@st.composite
def trees(draw: st.DrawFn) -> tuple[int, ...]:
    """A path from a root: 1, 1-2, 3-4-1, whatever; also of several trees together."""
    return tuple(draw(st.lists(ids, max_size=4, unique=True)))


places = st.builds(
    Place, street_id=st.integers(0, 4), house=open_houses, building_id=st.integers(0, 4), territories=trees(),
    parts=trees(),
)  # fmt: skip
areas = st.one_of(
    st.just(Area("all")),
    st.builds(Area, st.just("territory"), territory_id=ids),
    st.builds(Area, st.just("part"), part_id=ids),
    st.builds(Area, st.just("street"), street_id=ids),
    st.builds(Area, st.just("building"), building_id=ids),
    st.builds(
        Area, st.just("houses"), street_id=ids, house_from=open_houses, house_to=open_houses,
        parity=st.sampled_from(["", "odd", "even"]),
    ),
)  # fmt: skip


@st.composite
def books(draw: st.DrawFn) -> DutyBook:
    """One rule for one kind and area, as the table wants it."""
    rules = draw(
        st.lists(
            st.tuples(st.sampled_from(["pipe", "lift"]), areas, st.sampled_from(ORGANISATIONS)),
            max_size=25,
            unique_by=lambda rule: (rule[0], duty_areas.key(rule[1])),
        )
    )
    duties = [Duty(number, kind, one.code, area) for number, (kind, area, one) in enumerate(rules, start=1)]
    return DutyBook(ORGANISATIONS, (PIPE, LIFT), draw(st.permutations(duties)))


def by_hand(book: DutyBook, place: Place, kind: str) -> list[Duty]:
    """The most special of the rules that hold there, by the words of areas.py alone; the oldest first."""
    active = {one.code for one in ORGANISATIONS if one.active}
    holding = [
        duty
        for duty in book.duties
        if duty.asset_kind == kind and duty.organisation in active and covers(duty.area, place)
    ]
    nearest = max((rank(duty.area, place) for duty in holding), default=None)
    return [duty for duty in holding if rank(duty.area, place) == nearest]


@settings(deadline=None, max_examples=200)
@given(books(), places)
def test_each_place_and_kind_has_exactly_one_answer(book: DutyBook, place: Place) -> None:
    for kind in book.kinds:
        nearest = by_hand(book, place, kind.code)
        answer = book.who(place, kind.code)
        if not nearest:
            assert answer is None
            continue
        assert answer is not None
        assert answer.duty == nearest[0]
        assert answer.organisation.code == nearest[0].organisation
        assert answer.organisation.active
        assert list(answer.others) == [duty for duty in nearest if duty.organisation != answer.organisation.code]
        if answer.others:
            assert answer.duty.area.scope == "houses", "only rows of houses can meet: one area has one rule"


@settings(deadline=None, max_examples=200)
@given(books(), places, st.sampled_from(ORGANISATIONS))
def test_with_a_rule_for_the_whole_town_there_is_no_gap(book: DutyBook, place: Place, one: Organisation) -> None:
    without = [duty for duty in book.duties if duty_areas.key(duty.area) != "all"]
    whole = DutyBook(ORGANISATIONS, book.kinds, [*without, Duty(0, "pipe", "city", Area("all"))])
    assert whole.who(place, "pipe") is not None
    before = book.who(place, "lift")
    assert whole.who(place, "lift") == before or (before is not None and before.duty.area == Area("all"))


@settings(deadline=None, max_examples=200)
@given(books(), st.lists(places, max_size=12))
def test_the_check_finds_what_asking_at_each_place_finds(book: DutyBook, town: list[Place]) -> None:
    gaps = {kind.code: 0 for kind in book.kinds}
    overlaps: dict[tuple[str, tuple[int, ...]], int] = {}
    missing: set[str] = set()
    for place in town:
        for kind in book.kinds:
            answer = book.who(place, kind.code)
            if answer is None:
                missing.add(kind.code)
                gaps[kind.code] += bool(place.building_id)
            elif answer.others:
                key = (kind.code, (answer.duty.id, *(duty.id for duty in answer.others)))
                overlaps[key] = overlaps.get(key, 0) + bool(place.building_id)
    found = duty_check.concerns(book, town)
    assert {one.asset_kind: one.buildings for one in found if one.what == "gap"} == {
        kind: gaps[kind] for kind in missing
    }
    told = {
        (one.asset_kind, tuple(duty.id for duty in one.duties)): one.buildings for one in found if one.what == "overlap"
    }
    assert told.items() >= overlaps.items()
    assert all(count == 0 for key, count in told.items() if key not in overlaps), "rows that meet where nothing stands"


def test_the_railways_block_is_the_railways() -> None:
    """From the general to the special: the city's pipes, the waterworks' of a district, the railway's of a block."""
    book = DutyBook(
        ORGANISATIONS,
        (PIPE,),
        [
            Duty(1, "pipe", "city", Area("all")),
            Duty(2, "pipe", "water", Area("territory", territory_id=20)),
            Duty(3, "pipe", "railway", Area("houses", street_id=7, house_from="1", house_to="9", parity="odd")),
            Duty(4, "pipe", "city", Area("building", building_id=77)),
        ],
    )
    district = (1, 2, 20)

    def answers(place: Place) -> str:
        answer = book.who(place, "pipe")
        assert answer is not None
        return answer.organisation.code

    assert answers(Place()) == "city"
    assert answers(Place(5, "1", 50, district)) == "water"
    assert answers(Place(7, "4", 70, district)) == "water"
    assert [answers(Place(7, house, 0, district)) for house in ("1", "9/2", "9а", "3")] == ["railway"] * 4
    assert answers(Place(7, "5", 77, district)) == "city"
    assert answers(Place(7, "", 0, district)) == "water", "a street without a house lies in no row of houses"
    assert book.who(Place(), "lift") is None


def test_the_chain_ends_where_a_ring_begins() -> None:
    one, two = Organisation(1, "a", {}, parent="b"), Organisation(2, "b", {}, parent="a")
    book = DutyBook((*ORGANISATIONS, one, two), (), ())
    assert [each.code for each in book.chain("water")] == ["water", "city"]
    assert [each.code for each in book.chain("a")] == ["a", "b"]
    assert book.chain("nobody") == ()


def test_rows_of_houses_that_meet_are_told_even_where_nothing_stands() -> None:
    rules = [
        Duty(1, "pipe", "water", Area("houses", street_id=7, house_to="20")),
        Duty(2, "pipe", "railway", Area("houses", street_id=7, house_from="20")),
        Duty(3, "lift", "city", Area("all")),
    ]
    (gap, overlap) = duty_check.concerns(DutyBook(ORGANISATIONS, (PIPE, LIFT), rules), [Place(8, "1", 80), Place(7)])
    assert (gap.what, gap.asset_kind, gap.buildings, gap.example) == ("gap", "pipe", 1, Place(8, "1", 80))
    assert (overlap.what, overlap.buildings, overlap.example) == ("overlap", 0, Place(7, "20"))
    assert [duty.id for duty in overlap.duties] == [1, 2]


@pytest.mark.parametrize("area", [Area("building"), Area("part"), Area("houses", street_id=1), Area("nowhere")])  # type: ignore[arg-type]
def test_an_area_names_what_its_scope_needs(area: Area) -> None:
    with pytest.raises(BadDuty):
        duty_areas.tidy(area)


def test_two_spellings_of_one_area_are_one() -> None:
    spelt = Area("houses", territory_id=9, street_id=1, house_from="дом 1", house_to="9 А")
    assert duty_areas.tidy(spelt) == Area("houses", street_id=1, house_from="1", house_to="9а")
