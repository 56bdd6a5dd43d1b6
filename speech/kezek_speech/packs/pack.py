"""The shape of a language pack, and the small tools its data are written with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..text import clean

Cue = Literal[
    "street", "house", "flat", "entrance", "floor", "phone", "account",  # what the number or name beside it is
    "fraction", "corpus", "plus",  # parts of a house number or of a phone number
    "correction", "not", "but",  # 'no', 'not forty but forty-five'
    "and", "filler",  # inside a number; between a cue and its number
    "unit", "other",  # what is counted ('days'); whose number is of no interest ('meter')
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Atom:
    """A number word. `times`: a hundred or a thousand that a number before it multiplies."""

    value: int
    ordinal: bool = False
    times: bool = False


@dataclass(frozen=True, slots=True)
class TopicRule:
    """`stems` must all begin words of the sentence (a stem with a space: words in a row); the heaviest rule wins."""

    code: str
    weight: float  # 0..1: how sure the topic is when the rule fits
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    language: str
    numbers: Mapping[str, Atom]
    cues: Mapping[str, Cue]  # word, or words in a row -> what it is
    letters: Mapping[str, str]  # 'бэ' -> 'б': letters of a house number
    topics: tuple[TopicRule, ...]
    emergencies: tuple[TopicRule, ...]
    street_forms: Callable[[str], Iterable[str]]  # how a street's name may sound in a sentence
    number_before_cue: bool = False  # 'forty-fifth house' rather than 'house forty-five'
    number_words: frozenset[str] = frozenset()  # 'number', as in 'school number five'
    ten_opens: bool = False  # 'ten two' is twelve
    street_before_cue: bool = False  # 'Abay street' rather than 'street Abay'
    house_before_street: bool = False  # 'eighteen Garden Street'
    ordinary: frozenset[str] = frozenset()  # words that are streets only beside a street word
    phone_numbers: str = r"\+?\d{10,13}"  # what a whole phone number looks like
    grammar: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # further phrases for a question's grammar
    certainty: float = 1.0  # at most, for a word of a grammar
    fillers: tuple[str, ...] = ()  # for models without '[unk]': words that attract unrelated sound


def cardinals(text: str, *, times: str = "") -> dict[str, Atom]:
    """'5 пять пяти, 6 шесть шести': a value and its forms."""
    return _numbers(text, ordinal=False) | _numbers(times, ordinal=False, times=True)


def ordinals(stems: str, endings: str) -> dict[str, Atom]:
    """'5 пят, 6 шест' with each of the endings."""
    return {form + ending: atom for form, atom in _numbers(stems, ordinal=True).items() for ending in endings.split()}


def _numbers(text: str, *, ordinal: bool, times: bool = False) -> dict[str, Atom]:
    atoms = {}
    for entry in filter(None, (each.strip() for each in text.split(","))):
        value, *forms = entry.split()
        atoms.update({clean(form): Atom(int(value), ordinal, times) for form in forms})
    return atoms


def cues(table: Mapping[Cue, str]) -> dict[str, Cue]:
    """Cue -> its words, separated by commas."""
    return {clean(word): cue for cue, words in table.items() for word in words.split(",") if word.strip()}


def letters(text: str) -> dict[str, str]:
    """'а, б бэ, в вэ': as written, and how it is called."""
    entries = [entry.split() for entry in text.split(",") if entry.strip()]
    return {clean(name): entry[0] for entry in entries for name in entry}


def rules(text: str) -> tuple[TopicRule, ...]:
    """Lines 'code weight: stem + stem | stem': alternatives by '|', words that must come together by '+'."""
    found = []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        head, stems = line.split(":", 1)
        code, weight = head.split()
        for alternative in stems.split("|"):
            parts = tuple(clean(part) for part in alternative.split("+"))
            found.append(TopicRule(code, float(weight), parts))
    return tuple(found)
