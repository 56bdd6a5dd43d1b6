"""Callers' numbers in the spellings that exchanges and people use."""

from __future__ import annotations

import pytest

from kezek_register.phones import e164


@pytest.mark.parametrize(
    "written",
    [
        "+77009990109",
        "77009990109",
        "87009990109",
        "7009990109",
        "8 (700) 999-01-09",
        "+7 700 999 01 09",
        "tel:+77009990109",
    ],
)
def test_spellings_of_one_number_meet(written: str) -> None:
    assert e164(written) == "+77009990109"


@pytest.mark.parametrize(
    ("written", "number"),
    [("+380671234567", "+380671234567"), ("0671234567", "+380671234567"), ("380671234567", "+380671234567"),
     ("89161234567", "+79161234567"), ("+821012345678", "+821012345678")],
)  # fmt: skip
def test_other_countries(written: str, number: str) -> None:
    assert e164(written) == number


@pytest.mark.parametrize(
    "text", ["", "anonymous", "101", "109", "112", "+7", "12345", "+7700999010", "x" * 5000, "+770099901090000"]
)
def test_no_number(text: str) -> None:
    assert e164(text) is None
