"""Language code -> its pack."""

from __future__ import annotations

from . import en, kk, ko, ru, uk
from .pack import Pack

LANGUAGES = ("kk", "ru", "uk", "en", "ko")


def pack_for(language: str) -> Pack:
    """Raises KeyError for a language without a pack; `LANGUAGES` has those with one."""
    return {"kk": kk.PACK, "ru": ru.PACK, "uk": uk.PACK, "en": en.PACK, "ko": ko.PACK}[language]
