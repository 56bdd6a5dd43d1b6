"""House and flat numbers: the spellings of a register, of a recogniser and of an operator meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_register.houses import house_key, normalise_flat, normalise_house


@pytest.mark.parametrize(
    ("written", "house"),
    [
        ("45", "45"),
        ("  45 ", "45"),
        ("12/2", "12/2"),
        ("12 / 2", "12/2"),
        ("12\\2", "12/2"),
        ("12 дробь 2", "12/2"),
        ("12 дріб 2", "12/2"),
        ("12 бөлшек 2", "12/2"),
        ("7а", "7а"),
        ("7 А", "7а"),
        ("7A", "7а"),  # Latin
        ("7 a", "7а"),  # Latin
        ('7 "А"', "7а"),
        ("7 литера А", "7а"),
        ("12В", "12в"),
        ("12B", "12в"),  # Latin
        ("5 корп. 2", "5к2"),
        ("5 корпус 2", "5к2"),
        ("5, корп 2", "5к2"),
        ("5k2", "5к2"),  # Latin
        ("5 К 2", "5к2"),
        ("5 block 2", "5к2"),
        ("5 стр. 1", "5с1"),
        ("5к2с1", "5к2с1"),
        ("дом 45", "45"),
        ("д. 45", "45"),
        ("д.45", "45"),
        ("буд. 45", "45"),
        ("№45", "45"),
        ("45 үй", "45"),
        ("45-үй", "45"),
        ("house 45", "45"),
        ("45번지", "45"),
        ("\uff14\uff15", "45"),  # full-width digits
        ("12-2", "12-2"),
        ("12/2А", "12/2а"),
    ],
)
def test_spellings_of_a_house(written: str, house: str) -> None:
    assert normalise_house(written) == house


@pytest.mark.parametrize(
    "text", ["", " ", "б/н", "дом", "а7", "12/", "/2", "123456", "7абв", "1;drop", "12/2/3", "😀", "-1"]
)
def test_no_house_number(text: str) -> None:
    assert normalise_house(text) == ""


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing(text: str) -> None:
    house, flat = normalise_house(text), normalise_flat(text)
    assert normalise_house(house) == house
    assert normalise_flat(flat) == flat


@pytest.mark.parametrize(
    ("written", "flat"),
    [("12", "12"), ("кв. 12", "12"), ("кв12", "12"), ("квартира 12", "12"), ("12 пәтер", "12"), ("3 A", "3а"),
     ("apt 5", "5"), ("12호", "12"), ("", ""), ("нет", "")],
)  # fmt: skip
def test_spellings_of_a_flat(written: str, flat: str) -> None:
    assert normalise_flat(written) == flat


def test_houses_sort_as_a_person_would() -> None:
    assert sorted(["12/2", "10", "7а", "2", "12", "7", "12а", "45к2", "45"], key=house_key) == [
        "2", "7", "7а", "10", "12", "12/2", "12а", "45", "45к2",
    ]  # fmt: skip
