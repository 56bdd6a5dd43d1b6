"""Street names: how they are shown with their kind, and how two spellings of one name are brought together."""

from __future__ import annotations

import re
import unicodedata

from kezek_register.types import Street

LANGUAGES = ("kk", "ru", "uk", "en", "ko")
KINDS = ("street", "avenue", "microdistrict", "lane", "square")

_TITLES: dict[str, dict[str, str]] = {
    "kk": {
        "street": "{} көшесі",
        "avenue": "{} даңғылы",
        "microdistrict": "{} шағын ауданы",
        "lane": "{} тұйығы",
        "square": "{} алаңы",
    },
    "ru": {
        "street": "улица {}",
        "avenue": "проспект {}",
        "microdistrict": "микрорайон {}",
        "lane": "переулок {}",
        "square": "площадь {}",
    },
    "uk": {
        "street": "вулиця {}",
        "avenue": "проспект {}",
        "microdistrict": "мікрорайон {}",
        "lane": "провулок {}",
        "square": "площа {}",
    },
    "en": {
        "street": "{} street",
        "avenue": "{} avenue",
        "microdistrict": "{} microdistrict",
        "lane": "{} lane",
        "square": "{} square",
    },
    "ko": {
        "street": "{} 거리",
        "avenue": "{} 대로",
        "microdistrict": "{} 지구",
        "lane": "{} 골목",
        "square": "{} 광장",
    },
}
_SHORT_KIND_WORDS = (
    "ул вул пр пр-т просп пер пров мкр м-н мрн пл көш даңғ st str ave ln sq "
    "улицы улице вулиці проспекте проспекту даңғыл көше шағын ауданы мөлтек"
)
_LETTERS = str.maketrans("ёқғәіңөұүһїєґ", "екгаиноуухиег")


def street_name(street: Street, language: str) -> str:
    """The bare name ('Абая') in that language, else in the first of kk, ru, uk, en, ko that there is."""
    for each in (language, *LANGUAGES):
        if name := street.names.get(each):
            return name
    return next(iter(street.names.values()), "")


def street_title(street: Street, language: str) -> str:
    """The name with its kind, as one says it: 'улица Абая', 'Абай көшесі', 'Abay street'."""
    shown = next((each for each in (language, *LANGUAGES) if street.names.get(each)), "en")
    return _TITLES.get(shown, _TITLES["en"]).get(street.kind, "{}").format(street_name(street, language))


def fold(text: str) -> str:
    """A name without case, punctuation and the letters that are typed one for the other (ё/е, қ/к, і/и)."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    plain = re.sub(r"['’ʼ`]", "", plain)
    return " ".join(re.sub(r"[^\w]+|_", " ", plain).split())


_KIND_WORDS = frozenset(
    fold(word)
    for titles in _TITLES.values()
    for title in (*titles.values(), _SHORT_KIND_WORDS)
    for word in title.replace("{}", "").split()
)


_SHORT_KINDS = {
    "street": "ул вул көш st str улицы улице вулиці көше",
    "avenue": "пр просп проспекте проспекту даңғ даңғыл ave",
    "microdistrict": "мкр мрн м-н мөлтек шағын",
    "lane": "пер пров ln",
    "square": "пл sq",
}
_KIND_OF_WORD = {
    fold(word): kind
    for kind in KINDS
    for text in (*(titles[kind] for titles in _TITLES.values()), _SHORT_KINDS[kind])
    for word in text.replace("{}", "").split()
    if fold(word) != fold("ауданы")
}


def kind_said(folded: str) -> str:
    """The kind of street that a folded text names, '' when it names none."""
    return next((kind for word in folded.split() if (kind := _KIND_OF_WORD.get(word))), "")


def without_kind(folded: str) -> str:
    """A folded name without 'улица', 'көшесі', 'street' and their like; unchanged when nothing else is in it."""
    kept = [word for word in folded.split() if word not in _KIND_WORDS]
    return " ".join(kept) or folded
