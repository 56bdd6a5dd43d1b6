"""Outages' pure rules: found by a place as brute force finds them, households told once, words in every language."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kezek_register import BadFile, announcements, checklists
from kezek_register.announcements import Announcement, Names, announce
from kezek_register.area_words import Named
from kezek_register.areas import Area, Place, covers
from kezek_register.outage_index import OutageIndex
from kezek_register.outage_rules import body, checked, is_now
from kezek_register.outage_types import CAUSES, BadOutage, Expectation, Outage, Tie
from kezek_register.tellings import groups, party
from kezek_register.types import Street

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ids = some.integers(1, 4)
suffix = some.sampled_from(["", "а", "/2"])
house = some.builds(lambda number, letter: f"{number}{letter}", some.integers(1, 12), suffix)
ends = some.one_of(some.just(""), house)
area = some.one_of(
    some.just(Area("all")),
    some.builds(lambda found: Area("territory", territory_id=found), ids),
    some.builds(lambda found: Area("part", part_id=found), ids),
    some.builds(lambda found: Area("street", street_id=found), ids),
    some.builds(lambda found: Area("building", building_id=found), ids),
    some.builds(
        lambda street, first, last, side: Area(
            "houses", street_id=street, house_from=first, house_to=last, parity=side
        ),
        ids, ends, ends, some.sampled_from(["", "odd", "even"]),
    ),
)  # fmt: skip
place = some.builds(
    Place,
    street_id=some.integers(0, 4),
    house=ends,
    building_id=some.integers(0, 4),
    territories=some.lists(ids, unique=True, max_size=3).map(tuple),
    parts=some.lists(ids, unique=True, max_size=3).map(tuple),
)
hours = some.integers(-3, 3).map(lambda much: AT + timedelta(hours=much))


@some.composite
def outages(draw: some.DrawFn) -> list[Outage]:
    found = []
    for number in range(draw(some.integers(0, 8))):
        starts_at = draw(hours)
        expected_at = draw(some.one_of(some.none(), some.just(starts_at + timedelta(hours=draw(some.integers(1, 4))))))
        found.append(
            Outage(
                id=number + 1,
                state=draw(some.sampled_from(["draft", "announced", "announced", "restored", "cancelled"])),
                level=3,
                topic="water",
                starts_at=starts_at,
                areas=tuple(draw(some.lists(area, min_size=1, max_size=4))),
                expected_at=expected_at,
                ends_itself=expected_at is not None and draw(some.booleans()),
            )
        )
    return found


@given(outages(), place, hours, some.integers(0, 3))
def test_a_place_finds_what_brute_force_finds(all_of_them: list[Outage], here: Place, at: datetime, ahead: int) -> None:
    within = timedelta(hours=ahead)
    found = OutageIndex(all_of_them).affecting(here, at, within)
    by_hand = {
        one.id
        for one in all_of_them
        if is_now(one, at, within=within) and any(covers(each, here) for each in one.areas)
    }
    assert len(found) == len(by_hand)
    assert {one.id for one in found} == by_hand
    coming = [one.starts_at > at for one in found]
    assert coming == sorted(coming), "what goes on is before what comes"


def test_the_narrower_area_is_heard_first() -> None:
    city = Outage(1, "announced", 1, "heating", AT, (Area("territory", territory_id=1),))
    own = Outage(2, "announced", 1, "water", AT, (Area("all"), Area("building", building_id=7)))
    here = Place(3, "4", 7, territories=(1,))
    assert OutageIndex([city, own]).affecting(here, AT) == [own, city]


def tie(**changes: object) -> Tie:
    made = replace(Tie(1, "", "", "ru"), **changes)  # type: ignore[arg-type]
    return replace(made, party=party(made.household_id, made.building_id, made.flat, made.phone))


ties = some.lists(
    some.builds(
        lambda household, flat, phone, tell: tie(
            household_id=household,
            building_id=1 if flat else None,
            flat=flat,
            phone=f"+7700{phone}" if phone else "",
            tell=tell,
        ),
        some.one_of(some.none(), some.integers(1, 3)),
        some.sampled_from(["", "1", "2"]),
        some.integers(0, 4),
        some.booleans(),
    ).filter(lambda made: bool(made.party)),
    max_size=8,
    unique_by=lambda made: made.party,
)


@given(ties, some.randoms(use_true_random=False))
def test_whoever_is_one_household_is_told_once_in_any_order(tied: list[Tie], chance: random.Random) -> None:
    """P8, P18."""
    found = groups(tied)
    assert sorted(one.party for group in found for one in group.ties) == sorted(one.party for one in tied)
    for name in ("household_id", "phone"):
        for value in {getattr(one, name) for one in tied} - {None, ""}:
            holders = [group for group in found if any(getattr(one, name) == value for one in group.ties)]
            assert len(holders) == 1, f"{name} {value} would be told {len(holders)} times"
    told = [group.teller.phone for group in found if group.teller]
    assert len(told) == len(set(told))
    for group in found:
        assert (group.teller is not None) == any(one.tell and one.phone for one in group.ties)
    shuffled = list(tied)
    chance.shuffle(shuffled)
    whole = {frozenset(one.party for one in group.ties) for group in found}
    assert {frozenset(one.party for one in group.ties) for group in groups(shuffled)} == whole


def test_a_flat_that_became_a_household_is_one() -> None:
    as_flat, as_household = tie(building_id=3, flat="7"), tie(household_id=9, building_id=3, flat="7")
    assert (as_flat.party, as_household.party) == ("flat:3:7", "household:9")
    assert len(groups([as_flat, tie(phone="+77001"), as_household])) == 2
    assert tie(building_id=3).party == "building:3"


def outage(**changes: object) -> Outage:
    made = Outage(7, "announced", 1, "water", AT, (Area("street", street_id=1),), cause="burst_pipe")
    return replace(made, **changes)  # type: ignore[arg-type]


def test_what_an_outage_must_say() -> None:
    checked(outage())
    wrong = (
        {"areas": (Area("houses"),)},
        {"starts_at": AT.replace(tzinfo=None)},
        {"words": {"ru": "x" * 2_001}},
        {"level": 0},
        {"expected_at": AT},
        {"ends_itself": True},
    )
    for changes in wrong:
        with pytest.raises(BadOutage):
            checked(outage(**changes))


def test_what_programs_are_told_is_plain_and_impersonal() -> None:
    told = body(outage(words={"ru": "Вода подвозится"}), "anna", told=3)
    assert told["starts_at"] == "2026-03-02T09:00:00+00:00"
    assert told["areas"] == [{"scope": "street", "street_id": 1}]
    assert (told["who"], told["told"], told["expected_at"]) == ("anna", 3, None)


NAMES = Names(
    places=Named(streets={1: Street(1, "street", {"ru": "Лесная", "kk": "Орман", "uk": "Лісова", "en": "Forest"}, ())}),
    topics={"water": {"ru": "вода", "kk": "су", "uk": "вода", "en": "water"}},
)


def published(one: Outage, language: str = "ru", at: datetime = AT) -> Announcement:
    zone = timezone(timedelta(hours=5))
    return announce(one, language, at, zone, NAMES, announcements.load())


def test_words_of_every_phase_in_every_language() -> None:
    hour = timedelta(hours=1)
    phases = {
        "now": outage(expected_at=AT + hour),
        "coming": outage(starts_at=AT + hour, level=3, cause="planned_work"),
        "overdue": outage(starts_at=AT - 2 * hour, expected_at=AT - hour),
        "restored": outage(state="restored", ended_at=AT),
        "cancelled": outage(state="cancelled"),
    }
    seen = set()
    for phase, one in phases.items():
        for language in ("kk", "ru", "uk", "en"):
            for cause in CAUSES:
                told = published(replace(one, cause=cause), language)
                assert told.phase == phase
                assert "{" not in told.text + told.title
                seen.add((language, cause, told.text))
    assert published(outage(), "ko").language == "en"
    assert len(seen) > 4 * 5 * 5


def test_words_as_they_are_read() -> None:
    one = outage(expected_at=AT + timedelta(hours=2), words={"ru": "Вода подвозится"})
    told = published(one)
    assert (told.title, told.words, told.where) == ("Вода: улица Лесная", "Вода подвозится", ("улица Лесная",))
    assert told.text == "Аварийное отключение. Начало: 14:00. Ожидаемое окончание: 16:00. Причина: порыв трубы."
    moved = replace(
        one, expectations=(Expectation(AT, "anna", AT + timedelta(hours=1)), Expectation(AT, "anna", one.expected_at))
    )
    assert published(moved).text.endswith("Ранее ожидалось: 15:00. Причина: порыв трубы.")
    tomorrow = published(replace(one, expected_at=AT + timedelta(hours=20)))
    assert "Ожидаемое окончание: 03.03, 10:00." in tomorrow.text
    itself = replace(one, ends_itself=True)
    assert published(itself, at=AT + timedelta(hours=3)).phase == "restored"
    many = replace(one, areas=tuple(Area("houses", street_id=1, house_from=str(n), house_to=str(n)) for n in range(9)))
    assert published(many).title.endswith(", …")
    assert len(published(many).where) == 9


def test_every_announcement_has_its_words_in_four_languages() -> None:
    book = announcements.load()
    assert set(book) == set(announcements.LANGUAGES)
    for words in book.values():
        assert words.keys() == book["en"].keys()
        assert set(words["causes"]) == set(CAUSES)


def test_our_checklists_are_whole() -> None:
    lists = checklists.load()
    for level in (1, 2, 3):
        steps = lists.steps(level, organisation="+7717", head="+7718")
        assert [step.position for step in steps if step.list == "checklist"] == [
            *range(1, len(lists.checklist[level]) + 1)
        ]
        chain = [step for step in steps if step.list == "call_out"]
        assert (chain[0].code, chain[0].phone) == ("owner_duty", "+7717")
    assert lists.names("unknown") == {}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("nonsense", "cannot be read"),
        ("[level.3]\nchecklist = []", "no level 2"),
        ('[level.3]\nchecklist = ["dance"]', "no words for dance in kk"),
        ('[level.3]\ncall_out = [{ code = "x", to = "moon" }]', "'to' is one of"),
        ("[level.3]\ncall_out = [1]", "has a code and a 'to'"),
    ],
)
def test_a_citys_own_checklists_are_checked(tmp_path: Path, wrong: str, reason: str) -> None:
    path = tmp_path / "checklists.toml"
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(BadFile, match=reason):
        checklists.load(path)
