"""Every word that means something to the lexer: the pack's own, those of the languages spoken beside it, and those that
recognisers write in their place. Pure.

People mix: Russian numbers in a Kazakh sentence, 'surzhyk'. A word of another language counts where the language's own
has no meaning for it. Kazakh words also stand as a Russian recogniser writes them ('кырык бес').
"""

from __future__ import annotations

from dataclasses import dataclass

from .packs import Pack, borrowed_packs
from .packs.pack import Atom

_BORROWED_CUES = frozenset(
    {"street", "house", "flat", "entrance", "floor", "phone", "account", "fraction", "corpus", "plus"}
)
_PLAIN = str.maketrans("қғңөәүұһі", "кгноауухи")  # Kazakh letters as Russian ones


@dataclass(frozen=True, slots=True)
class Meaning:
    kind: str  # 'number' or a Cue
    atom: Atom | None
    fit: float = 1.0


def lexicon(pack: Pack) -> dict[str, Meaning]:
    """Word, or words in a row -> its meaning."""
    known = {word: Meaning(cue, None) for word, cue in pack.cues.items()}
    known |= {word: Meaning("number", atom) for word, atom in pack.numbers.items()}
    known |= {word: Meaning("number", Atom(10, times=True), 0.75) for word in pack.torn_tens}
    for word in pack.lasting.units:
        known.setdefault(word, Meaning("unit", None))
    for heard, said in pack.misheard.items():
        meaning = known[said]
        known.setdefault(heard, Meaning(meaning.kind, meaning.atom, 0.78))
    if pack.language == "kk":
        _add(known, _as_russian(known), pack, 0.97)
    for other in borrowed_packs(pack.language):
        words = {word: Meaning("number", atom) for word, atom in other.numbers.items()}
        if other.language != "en":
            words |= {word: Meaning(cue, None) for word, cue in other.cues.items() if cue in _BORROWED_CUES}
            words |= {word: Meaning("unit", None) for word in other.lasting.units}
        _add(known, words, pack, 0.9 if other.language == "en" else 1.0)
        if other.language == "kk":
            tens = {
                f"он {w}": Meaning("number", Atom(10 + a.value))
                for w, a in other.numbers.items()
                if 0 < a.value < 10 and not a.ordinal
            }
            known |= tens  # 'он' alone is 'he'
            _add(known, _as_russian({w: m for w, m in words.items() if len(w) > 2}), pack, 0.95)
    return known


def _add(known: dict[str, Meaning], words: dict[str, Meaning], pack: Pack, fit: float) -> None:
    for word, meaning in words.items():
        if word not in pack.not_borrowed and word not in pack.letters and word not in pack.streets.ordinary:
            known.setdefault(word, Meaning(meaning.kind, meaning.atom, meaning.fit * fit))


def _as_russian(words: dict[str, Meaning]) -> dict[str, Meaning]:
    return {word.translate(_PLAIN): meaning for word, meaning in words.items()}
