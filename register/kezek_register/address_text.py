"""What a dispatcher typed, as the ways in which it can be read: which words are the street, which number the house.

Pure. '8 марта 5' may be house 5 of '8 марта' or house 8 of 'марта 5'; the register decides (street_match.py).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from kezek_register.houses import normalise_flat, normalise_house
from kezek_register.names import fold, kind_said, without_kind
from kezek_register.skeleton import latin

LONGEST = 200  # characters that are looked at
_MOST_READINGS = 8
_LETTER = r"[^\W\d_]"
_HOUSE_WORD = r"(?:дом|будинок|буд|д|үй|house|№|#)\.?\s*"
_NUMBER = rf"\d{{1,4}}(?:[\s-]?{_LETTER}(?!\w))?(?:\s*[/\\]\s*\d{{1,4}}{_LETTER}?)?(?:-\d{{1,4}}(?!\w))?"
_BLOCK = r"(?:\s*(?:корпус|корп|кор|к|блок|block|строение|стр)\.?\s*\d{1,3}(?!\w))"
_SPAN = re.compile(rf"(?<![\w/])(?P<said>{_HOUSE_WORD})?(?P<number>{_NUMBER}{_BLOCK}?)(?!\w)(?:\s*үй(?!\w))?")
_FLAT = re.compile(r"(?<!\w)(?:квартира|кварт|кв|пәтер|flat|apartment|apt)\.?\s*№?\s*(\d{1,5}\s?[а-яa-z]?)(?!\w)")
_FLAT_BEHIND = re.compile(r"(?<!\w)(\d{1,5})\s*-?\s*пәтер(?!\w)")
_ENTRANCE = re.compile(
    r"(?<!\w)(?:подъезд|під[ʼ'’]?їзд|кіреберіс|entrance|этаж|поверх|қабат|floor)\s*\d+(?!\w)"
    r"|(?<!\w)\d+\s*-?(?:й|ый|ий|ші)?\s*(?:подъезд|під[ʼ'’]?їзд|кіреберіс|этаж|поверх|қабат)(?!\w)"
)
_ORDINAL = re.compile(rf"(?<=\d)\s?-\s?{_LETTER}{{1,2}}(?!\w)")  # '28-й'
_BETWEEN = re.compile(r"[\s,;]*-?[\s,;]*")
_OF_TERRITORIES = """
г город гор місто м қ қала қаласы село селі с ауыл ауылы а поселок пос п селище смт
район р н ауданы обл область облысы громада city town village district
"""
_TERRITORY_WORDS = frozenset(_OF_TERRITORIES.split())


@dataclass(frozen=True, slots=True)
class Reading:
    """`words`: of the street, in plain letters; `kind`: its kind where one was said; `house`: '' when no number was
    taken for one."""

    words: tuple[str, ...]
    house: str = ""
    flat: str = ""
    kind: str = ""


def readings(text: str) -> tuple[Reading, ...]:
    """The likelier first; none when no word is left for a street."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).replace("⁄", "/").lower()
    plain, flat = _without_flat(_ENTRANCE.sub(" ", plain))
    spans = list(_SPAN.finditer(plain))
    found: dict[Reading, None] = {}
    said = [span for span in spans if span["said"]]
    for span in said or reversed(spans):
        number = span["number"]
        behind = next((each for each in spans if each.start() >= span.end()), None)
        if behind is not None and not flat and _BETWEEN.fullmatch(plain, span.end(), behind.start()):
            second = normalise_flat(behind["number"])
            _keep(found, plain[: span.start()] + " " + plain[behind.end() :], normalise_house(number), second)
        rest = plain[: span.start()] + " " + plain[span.end() :]
        _keep(found, rest, normalise_house(number), flat)
        if "-" in number:
            first, _, second = number.partition("-")
            _keep(found, rest, normalise_house(first), flat or normalise_flat(second))
    if not said:
        _keep(found, plain, "", flat)
    return tuple(found)[:_MOST_READINGS]


def _keep(found: dict[Reading, None], rest: str, house: str, flat: str) -> None:
    folded = fold(_ORDINAL.sub("", rest))
    words = plain_words(folded)
    if words:
        found.setdefault(Reading(words, house, flat, kind_said(folded)))


def plain_words(folded: str) -> tuple[str, ...]:
    """Without 'улица', and without 'город' where another word is left."""
    kept = without_kind(folded).split()
    named = [word for word in kept if word not in _TERRITORY_WORDS]
    return tuple(latin(" ".join(named or kept)).split())


def _without_flat(plain: str) -> tuple[str, str]:
    for pattern in (_FLAT, _FLAT_BEHIND):
        if match := pattern.search(plain):
            return f"{plain[: match.start()]} {plain[match.end() :]}", normalise_flat(match[1])
    return plain, ""
