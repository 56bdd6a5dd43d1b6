"""Language code -> its pack."""

from __future__ import annotations

from dataclasses import replace

from . import en, kk, ko, ru, uk
from .en_streets import STREETS as EN
from .kk_streets import STREETS as KK
from .ko_streets import STREETS as KO
from .pack import Pack
from .ru_streets import STREETS as RU
from .street_words import StreetWords
from .uk_streets import STREETS as UK

LANGUAGES = ("kk", "ru", "uk", "en", "ko")


def pack_for(language: str) -> Pack:
    """Raises KeyError for a language without a pack; `LANGUAGES` has those with one."""
    return {
        "kk": _with_streets(kk.PACK, KK),
        "ru": _with_streets(ru.PACK, RU),
        "uk": _with_streets(uk.PACK, UK),
        "en": _with_streets(en.PACK, EN),
        "ko": _with_streets(ko.PACK, KO),
    }[language]


def _with_streets(pack: Pack, streets: StreetWords) -> Pack:
    """The words of place are cues too; what the pack itself says of a word goes first."""
    return replace(pack, streets=streets, cues={**dict.fromkeys(streets.kinds, "street"), **pack.cues})
