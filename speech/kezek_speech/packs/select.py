"""Language code -> its pack."""

from __future__ import annotations

from dataclasses import replace

from . import en, kk, ko, ru, uk
from .pack import Pack

LANGUAGES = ("kk", "ru", "uk", "en", "ko")


def pack_for(language: str) -> Pack:
    """Raises KeyError for a language without a pack; `LANGUAGES` has those with one."""
    return _whole({"kk": kk.PACK, "ru": ru.PACK, "uk": uk.PACK, "en": en.PACK, "ko": ko.PACK}[language])


def _whole(pack: Pack) -> Pack:
    """The words of place are cues too; what the pack itself says of a word goes first."""
    return replace(pack, cues={**dict.fromkeys(pack.streets.kinds, "street"), **pack.cues})


# Whose words are heard in a sentence of another language; English numbers are what some recognisers write for others.
_BORROWS = {"kk": ("ru", "en"), "ru": ("kk", "uk", "en"), "uk": ("ru", "en")}


def borrowed_packs(language: str) -> tuple[Pack, ...]:
    return tuple(pack_for(other) for other in _BORROWS.get(language, ()))
