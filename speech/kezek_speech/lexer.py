"""Tokens to items: number words, cue words, and the rest. Pure.

A recogniser glues words together ('стодвадцать'), tears them apart ('один нацать') and hears them nearly right
(тренадцать): what is not a word of the pack is tried as several of them, as part of one, and as one that sounds alike.
The fit says how well it went.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rapidfuzz import fuzz, process

from .doubts import Doubts
from .figures import doubled, in_figures
from .item import Item
from .lexicon import Meaning, lexicon
from .packs import Pack
from .packs.pack import Atom
from .text import Token, sound

__all__ = ["Item", "Lexer"]
_FUZZY_CUES = {"street", "house", "flat", "entrance", "floor", "fraction", "corpus"}
_LIKELY = 80.0  # of 100: below it a word is not taken for another
_GUESSED = 0.79  # at most, for a number: it is certain only when it was heard letter by letter
_GLUED_LETTERS = frozenset("абab")  # 'сіма' is '7а'; 'одном' is not '1м'
_AFTER = frozenset({"number", "house", "flat", "entrance", "floor", "fraction", "corpus", "phone", "account"})


class Lexer:
    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._exact: dict[str, Meaning] = lexicon(pack)
        self._letters = pack.letters
        self._longest = max(word.count(" ") + 1 for word in self._exact)
        self._shortest_part = {"ko": 1, "kk": 2}.get(pack.language, 3)
        alike = [
            (word, meaning.kind, meaning.atom)
            for word, meaning in self._exact.items()
            if len(word) >= 4
            and (
                word in pack.numbers or (word in pack.cues and meaning.kind in _FUZZY_CUES) or _corrects(word, meaning)
            )
            and " " not in word
        ]
        self._alike_keys, self._alike = [sound(word) for word, _, _ in alike], alike
        self._short = {
            sound(word): atom
            for word, atom in reversed(list(pack.numbers.items()))
            if (len(word) in (2, 3) or len(sound(word)) == 3)
            and (0 < atom.value < 10 or atom.times)
            and not atom.ordinal
        }
        self.doubts = Doubts(pack, self._exact)
        self._house_ends = tuple(word for word, cue in pack.cues.items() if cue == "house" and len(word) >= 3)

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
        return doubled(items, self._pack)

    def _exact_at(self, tokens: Sequence[Token], at: int) -> list[Item]:
        for size in range(min(self._longest, len(tokens) - at), 0, -1):
            known = self._exact.get(" ".join(token.text for token in tokens[at : at + size]))
            if known is None and size == 1:
                figures = in_figures(tokens[at].text, self._pack)
                return [_item(kind, tokens, at, 1, atom, fit, text) for kind, text, atom, fit in figures]
            if known is None:
                continue
            if size == 1:
                longer = self._torn_at(tokens, at, beats=len(tokens[at].text))
                if longer:
                    return longer
            return [_item(known.kind, tokens, at, size, known.atom, known.fit)]
        return []

    def _torn_at(self, tokens: Sequence[Token], at: int, beats: int) -> list[Item]:
        """One word that came in two or three pieces, the first of which is a word by itself ('один нацать')."""
        for size in (3, 2):
            window = tokens[at : at + size]
            if len(window) < size or any(len(token.text) < 2 for token in window):
                continue
            if all(token.text in self._exact for token in window):
                continue
            if any(self._known(token.text) for token in window[1:]) or self.doubts.ordinary(window[0].text):
                continue  # words by themselves
            text = "".join(token.text for token in window)
            known = self._exact.get(text)
            if known is not None and len(text) >= 5:
                return [_item(known.kind, tokens, at, size, known.atom, 0.97)]
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
        if len(text) <= self._shortest_part or len(text) > 60 or taken(text) or self.doubts.ordinary(text):
            return []
        parts = self._parts(text)
        if len(parts) > 1 and any(self._exact[part].kind == "number" for part in parts if part in self._exact):
            known = [self._exact.get(part, Meaning("letter", None)) for part in parts]
            return [
                _item(each.kind, tokens, at, 1, each.atom, 0.95 * each.fit, part)
                for part, each in zip(parts, known, strict=True)
            ]
        return self._half_split_at(tokens, at) if 7 <= len(text) <= 24 else []

    def _half_split_at(self, tokens: Sequence[Token], at: int) -> list[Item]:
        """Two words glued into one, of which one is heard badly: 'нульпіаддесят', 'двестетридцать'."""
        text = tokens[at].text
        if self._best(text, 88.0) is not None:
            return []
        found: list[list[Item]] = []
        for cut in range(3, len(text) - 2):
            halves = (text[:cut], text[cut:])
            known = [self._exact.get(half) for half in halves]
            if (known[0] is None) == (known[1] is None):
                continue
            sure = known[0] or known[1]
            other = halves[1] if known[0] is not None else halves[0]
            if sure is None or sure.kind != "number" or len(other) < 4:
                continue
            best = self._best(other, _LIKELY)
            if best is None or best[1] != "number":
                continue
            guess = Meaning(best[1], best[2], best[3] * 0.9)
            pair = (sure, guess) if known[0] is not None else (guess, sure)
            found.append(
                [
                    _item(each.kind, tokens, at, 1, each.atom, each.fit, half)
                    for half, each in zip(halves, pair, strict=True)
                ]
            )
        return max(found, key=lambda pair: pair[0].fit * pair[1].fit, default=[])

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
        lettered = self._lettered_at(tokens, at, before)
        if lettered:
            return lettered
        plain = self.doubts.ordinary(tokens[at].text)
        short = self._short.get(sound(tokens[at].text)) if not plain and before and before[-1].kind in _AFTER else None
        if short is not None:  # 'сорок сим'
            return [_item("number", tokens, at, 1, short, 0.8)]
        torn = [] if taken(tokens[at].text) else self._torn_at(tokens, at, beats=0)
        if torn:
            return torn
        text = tokens[at].text
        if len(text) < 4 or taken(text) or self.doubts.ordinary(text):
            return []
        if len(text) >= 5 and self._ends_in_house(text) and self._number_at(tokens, at + 1):
            return [_item("house", tokens, at, 1, fit=0.85)]
        best = self._best(text, _LIKELY if len(text) > 4 else 85.0)
        if best is None:
            return []
        _, kind, atom, fit = best
        return [_item(kind, tokens, at, 1, atom, fit)]

    def _lettered_at(self, tokens: Sequence[Token], at: int, before: Sequence[Item]) -> list[Item]:
        """'дом семя' is house 7а."""
        text = tokens[at].text
        if not before or before[-1].kind != "house" or text[-1:] not in "ая" or "а" not in self._letters:
            return []
        atom = self._short.get(sound(text[:-1]))
        if atom is None or len(text) > 5:
            return []
        return [_item("number", tokens, at, 1, atom, 0.7, text[:-1]), _item("letter", tokens, at, 1, None, 1.0, "а")]

    def _known(self, text: str) -> bool:
        return self.doubts.ordinary(text) or (len(text) > 2 and text in self._exact)

    def _ends_in_house(self, text: str) -> bool:
        """'саводом': the end of a street's name and the word for house."""
        return text.endswith(self._house_ends) and text not in self._pack.not_house

    def _number_at(self, tokens: Sequence[Token], at: int) -> bool:
        if at >= len(tokens):
            return False
        known = self._exact.get(tokens[at].text)
        if known is None:
            return bool(in_figures(tokens[at].text, self._pack)) or self.doubts.number(tokens[at].text)
        return known.kind == "number"

    def _best(self, text: str, cutoff: float) -> tuple[str, str, Atom | None, float] | None:
        """The pack's word that sounds most like it: (word, kind, atom, fit)."""
        found: list[tuple[float, str, str, Atom | None]] = []
        for _, by_sound, index in process.extract(
            sound(text), self._alike_keys, scorer=fuzz.ratio, limit=8, score_cutoff=cutoff
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
        fit = score * score * (0.8 if rival else 1.0)
        return word, kind, atom, fit if atom is None else min(fit, _GUESSED)


def _corrects(word: str, meaning: Meaning) -> bool:
    """Words of correction are guessed when they are long enough to be sure of."""
    return meaning.kind == "correction" and len(word) >= 7


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
        word=tokens[at].word,
    )
