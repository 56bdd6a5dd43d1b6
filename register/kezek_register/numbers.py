"""Registration numbers: `YY-NNNNNN-C`, short enough to be spoken, with a check digit, cut from blocks.

`C` is Damm's check digit over all digits before it: it catches every single wrong digit and every
exchange of two neighbours, which is what goes wrong when a number is read over the telephone. In a year with
more than 999,999 tickets the middle part grows to seven digits; nothing else changes.
Source: H. M. Damm, "Total anti-symmetrische Quasigruppen", Marburg 2004 (the quasigroup of order 10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kezek_register.types import RegisterError

_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_LARGEST = 9_999_999
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212./]+")
_DIGITS = re.compile(r"[0-9]{9,10}")


class BadNumber(RegisterError, ValueError):
    """Not a registration number, or its check digit is wrong: somebody misheard or mistyped it."""

    code = "bad_number"


def check_digit(digits: str) -> str:
    """Damm's check digit of a string of ASCII digits; over digits that end in their own check digit it is '0'."""
    interim = "0"
    for digit in digits:
        interim = _DAMM[int(interim)][int(digit)]
    return interim


def make(year: int, n: int) -> str:
    """The n-th number of that year (2026 or 26). Raises ValueError outside 1..9,999,999."""
    if not 1 <= n <= _LARGEST:
        raise ValueError(f"the running part of a registration number is 1..{_LARGEST}, not {n}")
    body = f"{year % 100:02d}{n:06d}"
    return f"{body[:2]}-{body[2:]}-{check_digit(body)}"


def check(text: str) -> str:
    """The number in its written form, from what somebody typed or said (with or without dashes, dots and spaces).

    Raises BadNumber for anything that is no registration number, a wrong check digit included.
    """
    digits = _SEPARATORS.sub("", text)
    if not _DIGITS.fullmatch(digits):
        raise BadNumber("a registration number has nine digits, like 26-000123-4")
    if check_digit(digits) != "0":
        raise BadNumber("the check digit does not fit: one of the digits is wrong")
    return f"{digits[:2]}-{digits[2:-1]}-{digits[-1]}"


def spoken(number: str) -> tuple[str, ...]:
    """The digits in the groups in which they are read aloud: '26-000123-4' is ('26', '000', '123', '4').

    Raises BadNumber.
    """
    year, running, digit = check(number).split("-")
    return (year, running[:3], running[3:], digit)


@dataclass(frozen=True, slots=True)
class Block:
    """A run of numbers that belongs to one node alone: it may give them out while SQL is away."""

    year: int
    first: int
    last: int  # inclusive

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __iter__(self) -> Iterator[str]:
        return (make(self.year, n) for n in range(self.first, self.last + 1))
