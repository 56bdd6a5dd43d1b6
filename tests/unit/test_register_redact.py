"""A person taken out of what others wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_register.redact import redacted, spellings

PHONES = spellings("+7 700 999 01 09")


def test_spellings_of_a_number() -> None:
    assert PHONES == ("+7 700 999 01 09", "+77009990109", "77009990109", "87009990109")
    assert spellings("+380 432 55 66 77")[-1] == "0432556677"
    assert spellings("101") == ("101",)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("call +7 (700) 999-01-09 back", "call … back"),
        ("8 700 999 01 09, Айгерим сказала", "…, … сказала"),
        ("87009990109 and 77009990109", "… and …"),
        ("pipe 187009990109 of the works", "pipe 187009990109 of the works"),
        ("АЙГЕРИМ  Д, Айгерим", "…  Д, …"),
        ("Айгеримова улица", "Айгеримова улица"),
        ("", ""),
    ],
)
def test_his_number_and_his_name(text: str, left: str) -> None:
    assert redacted(text, PHONES, ["Айгерим Д"]) == left


@given(st.text(alphabet=st.characters(exclude_characters="…")))
def test_what_is_not_his_stays(text: str) -> None:
    assert redacted(text, ["+79"], ["Ян"]) == text
