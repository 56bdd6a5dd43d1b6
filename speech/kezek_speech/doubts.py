"""Whether a word that was not understood may have been a number, a unit or a fraction heard badly: then what stands
beside it is less sure. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from rapidfuzz import fuzz, process

from .lexicon import Meaning
from .packs import Pack
from .text import sound

_NEAR, _NEARER = 62.0, 74.0  # of 100: a word behind a number, and before it, that may well have been one
_UNIT = 86.0  # of 100
_FAINT = 40.0  # of 100: enough where nothing else can stand


class Doubts:
    def __init__(self, pack: Pack, lexicon: Mapping[str, Meaning]) -> None:
        self._pack = pack
        plain = [word for word, each in lexicon.items() if each.atom is not None and not each.atom.ordinal]
        cyrillic = [word for word in plain if pack.language in ("en", "ko") or not word.isascii()]
        least = 2 if pack.language in ("kk", "ko") else 3
        self._numbers = list(dict.fromkeys(sound(word) for word in cyrillic if len(word) >= least))
        least = 3 if pack.language == "kk" else 4
        self._whole = tuple(word for word, atom in pack.numbers.items() if len(word) >= least or atom.value == 100)
        self._digits = tuple(word for word, atom in pack.numbers.items() if len(word) == 3 and 0 < atom.value < 10)
        self._units = tuple(word for word in pack.lasting.units if len(word) >= 5)
        self._unit_sounds = [sound(word) for word, cue in pack.cues.items() if cue == "unit" and len(word) >= 6]
        stems = {stem for rule in pack.topics for stem in rule.stems if " " not in stem and len(stem) >= 5}
        self._troubles = tuple(stem for stem in stems if not any(word.startswith(stem) for word in lexicon))
        self._letters = frozenset(sound(name) for name in pack.letters if len(name) > 1)
        signs = (word for word, cue in pack.cues.items() if cue in ("fraction", "corpus"))
        self._signs = tuple(word for word in signs if len(word) >= 4)
        self._fractions = [sound(word) for word, cue in pack.cues.items() if cue == "fraction"]

    def ordinary(self, text: str) -> bool:
        """Whether it is an everyday word that is not to be guessed at."""
        near = self._pack.nearby
        return text in self._pack.not_numbers or text in near.after or text.startswith((*near.nouns, *self._troubles))

    def number(self, text: str, *, before: bool = False) -> bool:
        """Whether it sounds somewhat like a number, or has one glued to it."""
        if len(text) < 3 or self.ordinary(text):
            return False
        if self.glued(text) or (not before and 4 <= len(text) <= 8 and text.startswith(self._digits)):
            return True
        least = _NEARER if before else _NEAR
        return process.extractOne(sound(text), self._numbers, scorer=fuzz.ratio, score_cutoff=least) is not None

    def glued(self, text: str) -> bool:
        """Whether a number is glued to it, or a stroke: 'ауданыжүз', 'ойшестой', 'дробьвосень'."""
        return len(text) > 5 and (text.endswith(self._whole) or text.startswith((*self._whole, *self._signs)))

    def unit(self, text: str) -> bool:
        """Whether it is what is counted: 'градусоф', 'градусівтепла'."""
        if len(text) < 5 or self.ordinary(text):
            return False
        return text.startswith(self._units) or (
            process.extractOne(sound(text), self._unit_sounds, scorer=fuzz.ratio, score_cutoff=_UNIT) is not None
        )

    def letter(self, text: str) -> bool:
        """Whether it sounds like the name of a letter: 'шість би'."""
        return sound(text) in self._letters

    def fraction(self, text: str) -> bool:
        return process.extractOne(sound(text), self._fractions, scorer=fuzz.ratio, score_cutoff=_FAINT) is not None
