"""Registration numbers: what is misread or mistyped never leads to another ticket."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_register.numbers import BadNumber, Block, check, check_digit, make, spoken


def test_damm_reference_value() -> None:
    assert check_digit("572") == "4"
    assert check_digit("5724") == "0"


def test_a_number_has_year_running_part_and_check_digit() -> None:
    number = make(2026, 123)
    assert number == f"26-000123-{check_digit('26000123')}"
    assert check(number) == number


@pytest.mark.parametrize("number", [make(2026, 1), make(2026, 123456), make(2031, 999999), make(2026, 1234567)])
def test_every_single_digit_error_is_caught(number: str) -> None:
    digits = number.replace("-", "")
    for place, right in enumerate(digits):
        for wrong in set("0123456789") - {right}:
            with pytest.raises(BadNumber):
                check(digits[:place] + wrong + digits[place + 1 :])


@given(year=st.integers(2000, 2099), n=st.integers(1, 9_999_999))
def test_every_exchange_of_neighbours_is_caught(year: int, n: int) -> None:
    digits = make(year, n).replace("-", "")
    for place in range(len(digits) - 1):
        left, right = digits[place : place + 2]
        if left != right:
            with pytest.raises(BadNumber):
                check(digits[:place] + right + left + digits[place + 2 :])


@pytest.mark.parametrize("spelling", ["{}", " {} ", "{}.", "{}\n"])
def test_spellings_of_one_number_meet(spelling: str) -> None:
    number = make(2026, 42)
    assert check(spelling.format(number)) == number
    assert check(spelling.format(number.replace("-", ""))) == number
    assert check(spelling.format(number.replace("-", " – "))) == number


@pytest.mark.parametrize("text", ["", "-", "26", "26-000123", "abc", "٢٦٠٠٠١٢٣٤", "26-000123-4-5-6-7", "1" * 10_000])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadNumber) as refused:
        check(text)
    assert refused.value.code == "bad_number"
    assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize("n", [0, -1, 10_000_000])
def test_a_running_part_out_of_range_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match="running part"):
        make(2026, n)


def test_spoken_in_short_groups() -> None:
    assert spoken(make(2026, 123)) == ("26", "000", "123", make(2026, 123)[-1])
    assert "".join(spoken(make(2026, 1234567))) == make(2026, 1234567).replace("-", "")


def test_a_block_gives_its_numbers_in_order() -> None:
    block = Block(2026, 101, 103)
    assert len(block) == 3
    assert list(block) == [make(2026, 101), make(2026, 102), make(2026, 103)]
