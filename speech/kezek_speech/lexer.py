"""Tokens to items: number words, cue words, and the rest. Pure.

A recogniser glues words together ('стодвадцать'), tears them apart ('один нацать') and hears them nearly right
(тренадцать): what is not a word of the pack is tried as several of them, as part of one, and as one that sounds alike.
The fit says how well it went.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from .packs import Pack
from .packs.pack import Atom
from .text import Token, sound

_FUZZY_CUES = {"street", "house", "flat", "entrance", "floor", "fraction", "corpus"}
_LIKELY = 80.0  # of 100: below it a word is not taken for another
_GLUED_LETTERS = frozenset("абab")  # 'сіма' is '7а'; 'одном' is not '1м'
_NEAR = 62.0  # of 100: a word that may well have been a number


@dataclass(frozen=True, slots=True)
class Item:
    kind: str  # 'number', a Cue, or 'word'
    text: str
    atom: Atom | None
    fit: float  # 0..1
    confidence: float  # the recogniser's, the worst of the words
    first: int  # tokens, both inclusive
    last: int


class Lexer:
    def __init__(self, pack: Pack) -> None:
        self._exact: dict[str, tuple[str, Atom | None]] = {word: (cue, None) for word, cue in pack.cues.items()}
        self._exact |= {word: ("number", atom) for word, atom in pack.numbers.items()}
        self._letters = pack.letters
        self._longest = max(word.count(" ") + 1 for word in self._exact)
        self._shortest_part = 1 if pack.language == "ko" else 3
        alike = {
            sound(word): (word, kind, atom)
            for word, (kind, atom) in self._exact.items()
            if len(word) >= 4 and (kind == "number" or kind in _FUZZY_CUES)
        }
        self._alike_keys, self._alike = list(alike), list(alike.values())
        self._short = {
            sound(word): atom for word, atom in pack.numbers.items() if len(word) == 3 and 0 < atom.value < 10
        }
        numbers = [sound(word) for word in pack.numbers if len(word) >= 4]
        self._number_sounds = list(dict.fromkeys(numbers))

    def lex(self, tokens: Sequence[Token], taken: Callable[[str], bool]) -> list[Item]:
        """`taken` says of a word that it is something else already (a street's name), not to be guessed at."""
        items: list[Item] = []
        at = 0
        while at < len(tokens):
            found = (
                self._exact_at(tokens, at)
                or self._split_at(tokens, at, taken)
                or self._alike_at(tokens, at, taken, items)
            )
            items += found or [_item("word", tokens, at, 1)]
            at = items[-1].last + 1
        return items

    def near_number(self, text: str) -> bool:
        """Whether a word that is no number sounds somewhat like one."""
        return len(text) >= 3 and (
            process.extractOne(sound(text), self._number_sounds, scorer=fuzz.ratio, score_cutoff=_NEAR) is not None
        )

    def _exact_at(self, tokens: Sequence[Token], at: int) -> list[Item]:
        for size in range(min(self._longest, len(tokens) - at), 0, -1):
            known = self._exact.get(" ".join(token.text for token in tokens[at : at + size]))
            if known is None and size == 1 and tokens[at].text.isdecimal():
                known = ("number", Atom(int(tokens[at].text[:12])))
            if known is None:
                continue
            if size == 1:
                longer = self._torn_at(tokens, at, beats=len(tokens[at].text))
                if longer:
                    return longer
            return [_item(known[0], tokens, at, size, known[1])]
        return []

    def _torn_at(self, tokens: Sequence[Token], at: int, beats: int) -> list[Item]:
        """One word that came in two or three pieces, the first of which is a word by itself ('один нацать')."""
        for size in (3, 2):
            window = tokens[at : at + size]
            if len(window) < size or all(token.text in self._exact for token in window):
                continue
            text = "".join(token.text for token in window)
            known = self._exact.get(text)
            if known is not None and len(text) >= 5:
                return [_item(known[0], tokens, at, size, known[1], 0.97)]
            best = self._best(text, 81.0)
            if best is None or len(best[0]) < beats + 3:
                continue
            word, kind, atom, fit = best
            if atom is not None and not atom.ordinal and abs(len(word) - len(text)) <= 1:
                return [_item(kind, tokens, at, size, atom, fit)]
        return []

    def _split_at(self, tokens: Sequence[Token], at: int, taken: Callable[[str], bool]) -> list[Item]:
        """Several words glued into one."""
        text = tokens[at].text
        if len(text) <= self._shortest_part or len(text) > 60 or taken(text):
            return []
        parts = self._parts(text)
        if len(parts) > 1 and any(self._exact[part][0] == "number" for part in parts if part in self._exact):
            known = [self._exact.get(part, ("letter", None)) for part in parts]
            return [
                _item(kind, tokens, at, 1, atom, 0.95, part) for part, (kind, atom) in zip(parts, known, strict=True)
            ]
        return []

    def _parts(self, text: str) -> list[str]:
        """The text as pack words from end to end, as few as possible; a last single letter is a house's letter."""
        best: list[list[str] | None] = [[]] + [None] * len(text)
        for end in range(1, len(text) + 1):
            for start in range(max(0, end - 20), end):
                before = best[start]
                if before is None:
                    continue
                part = text[start:end]
                word = len(part) >= self._shortest_part and part in self._exact
                letter = end == len(text) and bool(before) and part in _GLUED_LETTERS
                shorter = best[end] is None or len(before) + 1 < len(best[end] or ())
                if (word or letter) and shorter:
                    best[end] = [*before, part]
        return best[-1] or []

    def _alike_at(
        self, tokens: Sequence[Token], at: int, taken: Callable[[str], bool], before: Sequence[Item]
    ) -> list[Item]:
        short = self._short.get(sound(tokens[at].text)) if before and before[-1].kind == "number" else None
        if short is not None:  # 'сорок сим'
            return [_item("number", tokens, at, 1, short, 0.8)]
        torn = self._torn_at(tokens, at, beats=0)
        if torn:
            return torn
        text = tokens[at].text
        if len(text) < 4 or taken(text):
            return []
        best = self._best(text, _LIKELY if len(text) > 4 else 85.0)
        if best is None:
            return []
        _, kind, atom, fit = best
        return [_item(kind, tokens, at, 1, atom, fit)]

    def _best(self, text: str, cutoff: float) -> tuple[str, str, Atom | None, float] | None:
        """The pack's word that sounds most like it: (word, kind, atom, fit)."""
        found: list[tuple[float, str, str, Atom | None]] = []
        for _, by_sound, index in process.extract(
            sound(text), self._alike_keys, scorer=fuzz.ratio, limit=4, score_cutoff=cutoff
        ):
            word, kind, atom = self._alike[index]
            score = (2 * by_sound + fuzz.ratio(text, word)) / 300
            least = 0.82 if atom is not None and atom.ordinal else 0.72  # endings make ordinals like many a word
            if score >= least and abs(len(word) - len(text)) <= 2:
                found.append((score, word, kind, atom))
        if not found:
            return None
        score, word, kind, atom = max(found, key=lambda each: each[0])
        rival = any(score - each[0] < 0.04 and each[3] != atom for each in found)
        return word, kind, atom, score * score * (0.8 if rival else 1.0)


def _item(
    kind: str, tokens: Sequence[Token], at: int, size: int, atom: Atom | None = None, fit: float = 1.0, text: str = ""
) -> Item:
    window = tokens[at : at + size]
    return Item(
        kind=kind,
        text=text or " ".join(token.text for token in window),
        atom=atom,
        fit=fit,
        confidence=min(token.confidence for token in window),
        first=at,
        last=at + size - 1,
    )
