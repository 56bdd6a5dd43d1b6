"""What the caller's trouble is: the pack's rules and the town's own words, the heaviest first. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from .packs import Denials, TopicRule
from .text import Token, clean, plain

_REACH = 7  # tokens: words of one rule lie within this many
_ALIKE = 88.0  # of 100
_PLAIN_LETTERS = 4  # a stem of so many may be spelled otherwise
_OWN = 0.79  # at most, for a name of the town's where a rule of the pack knows better
_SURE = 0.96  # a topic this sure is said outright
_NEARLY = 0.7  # a topic this sure that is heard nearly
NO = "!"  # before a code: there is no such thing
NO_TOPIC = "-"  # a rule's code: 'the meter shows hot water ...' is about no trouble


@dataclass(frozen=True, slots=True)
class TopicHit:
    code: str
    confidence: float
    first: int
    last: int
    tokens: frozenset[int] = frozenset()
    heard: float = 1.0  # how well the words begin as they should


class TopicIndex:
    """Rules by their first stem; `names` (spoken name -> code) are the town's own, each word by its beginning.
    A stem of five letters is also found in a word that begins nearly so, unless that is one of `everyday`, the ordinary
    words; with `strict` one of six, and more nearly: 'floor' is no 'flood', 'девушка' no 'дедушка'."""

    def __init__(
        self,
        rules: Sequence[TopicRule],
        names: Mapping[str, str] | None = None,
        *,
        denials: Denials | None = None,
        strict: bool = False,
        everyday: frozenset[str] = frozenset(),
    ) -> None:
        self._everyday = everyday
        self._denials = denials or Denials()
        self._least = 0.9 if strict else 0.8
        known: dict[str, float] = {}
        for rule in rules:
            known[rule.code] = max(rule.weight, known.get(rule.code, 0.0))
        own = [
            TopicRule(
                code,
                min(_OWN, known[code]) if code in known else 0.995,
                tuple(_stem(word) for word in clean(name).split()),
            )
            for name, code in (names or {}).items()
            if clean(name)
        ]
        self._rules = [*rules, *own]
        self._stems = {stem: tuple(stem.split()) for rule in self._rules for stem in rule.stems}
        self._words = {word for words in self._stems.values() for word in words}
        self._as_heard: dict[str, list[str]] = {}
        for word in self._words:
            if len(plain(word)) >= _PLAIN_LETTERS and not word.startswith("="):
                self._as_heard.setdefault(plain(word), []).append(word)
        self._long_words = [
            word for word in self._words if len(word) >= (6 if strict else 5) and not word.startswith("=")
        ]

    def find(self, tokens: Sequence[Token]) -> list[TopicHit]:
        fits = [self._fits(token.text) for token in tokens]
        places = {stem: found for stem, words in self._stems.items() if (found := _places(fits, words))}
        best: dict[str, TopicHit] = {}
        for rule in self._rules:
            if all(stem in places for stem in rule.stems):
                hit = self._hit(rule, [places[stem] for stem in rule.stems], tokens)
                if hit is None or self._denied(hit, tokens):
                    continue
                if hit.confidence > best.get(rule.code, _NOTHING).confidence:
                    best[rule.code] = hit
        _defer(best)
        meter = best.pop(NO_TOPIC, None)
        if meter is not None:
            best = {code: hit for code, hit in best.items() if abs(hit.first - meter.first) > _REACH}
        for code in [code for code in best if code.startswith(NO)]:
            denial, said = best.pop(code), best.get(code.removeprefix(NO))
            if said is not None and said.first <= denial.last + 1 and denial.first <= said.last + 1:
                best.pop(said.code)
        return sorted(best.values(), key=lambda hit: (-hit.confidence, hit.first))

    def _denied(self, hit: TopicHit, tokens: Sequence[Token]) -> bool:
        """'не пахнет газом', 'газом не пахнет', 'газ иісі жоқ'."""
        before = {tokens[at - 1].text for at in (hit.first, hit.last) if at > 0}
        after = tokens[hit.last + 1].text if hit.last + 1 < len(tokens) else ""
        return after in self._denials.after or not before.isdisjoint(self._denials.before)

    def _fits(self, text: str) -> dict[str, float]:
        """The stems that this word begins with, and how well."""
        fits = {
            text[:end]: 1.0
            for end in range(1, len(text) + 1)
            if text[:end] in self._words and (end > 3 or len(text) == end or (end == 3 and len(text) <= 5))
        }
        if "=" + text in self._words:
            fits["=" + text] = 1.0
        if not fits and len(text) >= _PLAIN_LETTERS and text not in self._everyday:  # 'ыстык' for 'ыстық'
            said = plain(text)
            fits = {
                word: 0.8 for end in range(_PLAIN_LETTERS, len(said) + 1) for word in self._as_heard.get(said[:end], ())
            }
        if not fits and len(text) >= 5 and text not in self._everyday:
            for stem, _, _ in process.extract(text, self._long_words, scorer=fuzz.ratio, limit=4, score_cutoff=62):
                fit = _begins_alike(text, stem)
                if fit >= self._least:
                    fits[stem] = fit
        return fits

    @staticmethod
    def _hit(rule: TopicRule, places: list[list[tuple[int, int, float]]], tokens: Sequence[Token]) -> TopicHit | None:
        for first, last, fit in places[0]:
            chosen = [(first, last, fit)]
            for others in places[1:]:
                near = [each for each in others if abs(each[0] - first) <= _REACH and each[0] != first]
                if not near:
                    break
                chosen.append(min(near, key=lambda each: abs(each[0] - first)))
            else:
                low, high = min(each[0] for each in chosen), max(each[1] for each in chosen)
                heard = min(tokens[place].confidence for each in chosen for place in range(each[0], each[1] + 1))
                likeness = min(each[2] for each in chosen)
                used = frozenset(place for each in chosen for place in range(each[0], each[1] + 1))
                return TopicHit(rule.code, rule.weight * heard * likeness, low, high, used, likeness)
        return None


_NOTHING = TopicHit("", 0.0, 0, 0)


def _defer(best: dict[str, TopicHit]) -> None:
    """Two words in a row that are heard nearly, or are the town's own ('нет горечей воды'), go before what takes one
    of them alone ('нет воды'), and then neither is certain."""
    pairs = [hit for hit in best.values() if hit.confidence >= _NEARLY and hit.last == hit.first + 1 == max(hit.tokens)]
    for hit in pairs:
        for code, other in best.items():
            apart = other.tokens & hit.tokens and not other.tokens >= hit.tokens
            if apart and other.heard == 1.0 and hit.confidence < other.confidence < _SURE:
                best[code] = replace(other, confidence=hit.confidence - 0.01)


def _places(fits: Sequence[Mapping[str, float]], words: tuple[str, ...]) -> list[tuple[int, int, float]]:
    """(first token, last token, fit) wherever the stems stand in a row."""
    found = []
    for at in range(len(fits) - len(words) + 1):
        if words[0] in fits[at]:
            fit = min(fits[at + offset].get(word, 0.0) for offset, word in enumerate(words))
            if fit:
                found.append((at, at + len(words) - 1, fit))
    return found


def _begins_alike(text: str, stem: str) -> float:
    """How well a word begins with a stem of at least five letters: 0.9, 0.8, or 0 when not at all."""
    if abs(len(text) - len(stem)) > 4:
        return 0.0
    score = fuzz.ratio(text[: len(stem)], stem)
    return 0.9 if score >= _ALIKE else 0.8 if score >= _ALIKE - 8 else 0.0


def _stem(word: str) -> str:
    """A word without what its cases change."""
    return "=" + word if len(word) <= 3 else word if len(word) == 4 else word[:-1] if len(word) <= 6 else word[:-2]
