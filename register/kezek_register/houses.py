"""House and flat numbers in one spelling, whoever wrote them: a register, a recogniser or an operator."""

from __future__ import annotations

import re
import unicodedata

_LOOKALIKES = str.maketrans("abcehkmoptxy", "авсенкмортху")
_HOUSE_WORDS = re.compile(r"^(?:дом|д|будинок|буд|үй|house|building|№|#|no)(?:\.|\s|(?=\d))\s*")
_ENDINGS = re.compile(r"\s*[-‐]?(?:үй|번지|번|호)$")
_BLOCK_WORDS = re.compile(r"(?:корпус|корп|блок|block|bldg)\.?\s*")
_STRUCTURE_WORDS = re.compile(r"(?:строение|стр|будова)\.?\s*")
_LETTER_WORDS = re.compile(r"(?:литера|лит|літера|літ|әріп)\.?\s*")
_SLASH_WORDS = re.compile(r"\s+(?:дробь|дріб|бөлшек|slash)\s+|[\\⁄∕]")
_FLAT_WORDS = re.compile(r"^(?:квартира|кв|пәтер|flat|apartment|apt|№|#)(?:\.|\s|(?=\d))\s*|\s*(?:пәтер|호)$")
_HOUSE = re.compile(r"\d{1,4}[^\W\d_]{0,2}(?:[/-]\d{1,4}[^\W\d_]?)?(?:[кс]\d{1,3}[^\W\d_]?){0,2}")
_FLAT = re.compile(r"\d{1,5}[^\W\d_]?(?:[/-]\d{1,4}[^\W\d_]?)?")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("⁄", "/").lower().split())


def normalise_house(text: str) -> str:
    """'12 / 2' is '12/2', '7 А' and Latin '7A' are '7а', '5 корп. 2' is '5к2', 'дом 45' is '45'.

    '' for what is no house number. Latin letters that look like Cyrillic ones become those, so that two
    spellings of one house meet.
    """
    house = _HOUSE_WORDS.sub("", _plain(text))
    house = _ENDINGS.sub("", house)
    house = _SLASH_WORDS.sub("/", house)
    house = _BLOCK_WORDS.sub("к", house)
    house = _STRUCTURE_WORDS.sub("с", house)
    house = _LETTER_WORDS.sub("", house)
    house = re.sub(r"[\s\"'«»,.]", "", house).translate(_LOOKALIKES)
    return house if _HOUSE.fullmatch(house) else ""


def normalise_flat(text: str) -> str:
    """'кв. 12' and ' 12 ' are '12', '3 А' is '3а'; '' for nothing or no flat number."""
    flat = re.sub(r"\s", "", _FLAT_WORDS.sub("", _plain(text))).translate(_LOOKALIKES)
    return flat if _FLAT.fullmatch(flat) else ""


def same_number(house: str, other: str) -> bool:
    """Whether two normalised house numbers differ at most by what stands behind the first digits: 45, 45а, 45/1."""
    return re.split(r"\D", house, maxsplit=1)[0] == re.split(r"\D", other, maxsplit=1)[0]


def house_key(house: str) -> tuple[tuple[int, int, str], ...]:
    """Sorting by what a person means: 2 before 10, 12 before 12/2, 7 before 7а."""
    parts = re.findall(r"\d+|\D+", house)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)
