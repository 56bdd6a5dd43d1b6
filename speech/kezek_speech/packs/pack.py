"""The shape of a language pack, and the small tools its data are written with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..text import clean
from .street_words import StreetWords

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
class Lasting:
    """How long something has lasted."""

    units: Mapping[str, str] = field(default_factory=dict)  # 'days' -> M minutes, H, D, W, MO months, Y
    phrases: Mapping[str, str] = field(default_factory=dict)  # 'since yesterday' -> 'P1D', beside what is counted
    not_after: frozenset[str] = frozenset()  # 'in two hours' is another time
    not_before: frozenset[str] = frozenset()  # 'екі сағаттан кейін'


@dataclass(frozen=True, slots=True)
class Nearby:
    """What it is near to."""

    before: frozenset[str] = frozenset()  # 'opposite', before the thing
    after: frozenset[str] = frozenset()  # 'жанында', behind it
    weak: frozenset[str] = frozenset()  # of `before`: those that mean nearness only with a known thing
    nouns: tuple[str, ...] = ()  # stems of known things: 'school'
    verbs: tuple[str, ...] = ()  # endings of what is no name
    not_names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Denials:
    """Words that take back what stands right behind them ('не пахнет'), or right before them ('бала жоқ')."""

    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pack:
    language: str
    numbers: Mapping[str, Atom]
    cues: Mapping[str, Cue]  # word, or words in a row -> what it is
    letters: Mapping[str, str]  # 'бэ' -> 'б': letters of a house number
    topics: tuple[TopicRule, ...]
    emergencies: tuple[TopicRule, ...]
    urgencies: tuple[TopicRule, ...]
    streets: StreetWords
    denials: Denials = field(default_factory=Denials)
    number_before_cue: bool = False  # 'forty-fifth house' rather than 'house forty-five'
    number_words: frozenset[str] = frozenset()  # 'number', as in 'school number five'
    ten_opens: bool = False  # 'ten two' is twelve
    street_before_cue: bool = False  # 'Abay street' rather than 'street Abay'
    house_before_street: bool = False  # 'eighteen Garden Street'
    phone_numbers: str = r"\+?\d{10,13}"  # what a whole phone number looks like
    misheard: Mapping[str, str] = field(default_factory=dict)  # a recogniser's word -> the word of the pack
    torn_tens: frozenset[str] = frozenset()  # the second half of 'шесть десят', torn from the first
    not_borrowed: frozenset[str] = frozenset()  # words of languages spoken beside it that mean something here
    not_numbers: frozenset[str] = frozenset()  # everyday words that sound like a number or a word of place
    short_words: frozenset[str] = frozenset()  # of one or two letters; another one is a piece of a word
    neighbours: tuple[str, ...] = ("\0",)  # stems: what number follows is theirs
    out_of: frozenset[str] = frozenset()  # 'from' before a flat: where the water comes from
    out_of_endings: tuple[str, ...] = ("\0",)  # the same as an ending of the word for flat
    calls_from: frozenset[str] = frozenset()  # '... am calling' from it
    own: frozenset[str] = frozenset()  # 'we', 'my': an ordinal behind them is the caller's flat
    own_endings: tuple[str, ...] = ("\0",)  # of such an ordinal
    few: frozenset[str] = frozenset()  # a thing counted behind two, three, four: 'три дома'
    hesitations: frozenset[str] = frozenset()  # 'э', 'um': nothing is said
    plurals: frozenset[str] = frozenset()  # 'in three houses'
    not_house: frozenset[str] = frozenset()  # everyday words that end like the word for house
    letter_words: frozenset[str] = frozenset()  # 'letter', as in 'seven letter b'
    doubtful_letters: frozenset[str] = frozenset()  # letters that are everyday words too
    not_letter_before: frozenset[str] = frozenset()  # 'семь, а мы': the word before these is no letter
    cue_ends: tuple[str, ...] = ("\0",)  # endings of a word of place that no number follows
    counted_from: frozenset[str] = frozenset()  # 'the third house from the corner'
    up_to: frozenset[str] = frozenset()  # 'up to the third floor'
    joins: frozenset[str] = frozenset()  # 'the second and the third floor'
    amid: frozenset[str] = frozenset()  # 'between', said behind
    repeats: Mapping[str, int] = field(default_factory=dict)  # 'double'
    figures: Mapping[str, int] = field(default_factory=dict)  # 'нуля' in 'два нуля'
    bare_hundred: bool = False  # the word for hundred alone is a hundred
    digit_hundreds: bool = False  # 'one twenty' is a hundred and twenty
    lasting: Lasting = field(default_factory=Lasting)
    nearby: Nearby = field(default_factory=Nearby)
    grammar: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # further phrases for a question's grammar
    certainty: float = 1.0  # at most, for a word of a grammar
    fillers: tuple[str, ...] = ()  # for models without '[unk]': words that attract unrelated sound


def words(text: str) -> frozenset[str]:
    """Words separated by spaces."""
    return frozenset(clean(word) for word in text.split())


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


def lasting(units: str, phrases: str, *, not_after: str = "", not_before: str = "") -> Lasting:
    """'H час часа, D день дня' and 'P1D: со вчера | вчера'; words that make another time of it, separated by spaces."""
    entries = [entry.split() for entry in units.split(",") if entry.strip()]
    fixed = [line.split(":", 1) for line in phrases.splitlines() if line.strip()]
    return Lasting(
        units={clean(word): unit for unit, *words in entries for word in words},
        phrases={clean(phrase): value.strip() for value, said in fixed for phrase in said.split("|")},
        not_after=frozenset(not_after.split()),
        not_before=frozenset(not_before.split()),
    )


def nearby(
    *, before: str = "", after: str = "", weak: str = "", nouns: str = "", verbs: str = "", not_names: str = ""
) -> Nearby:
    """Phrases separated by commas; stems, endings and words by spaces."""

    def phrases(text: str) -> frozenset[str]:
        return frozenset(clean(phrase) for phrase in text.split(",") if phrase.strip())

    return Nearby(
        before=phrases(before) | phrases(weak),
        after=phrases(after),
        weak=phrases(weak),
        nouns=tuple(clean(noun) for noun in nouns.split()),
        verbs=tuple(verbs.split()),
        not_names=frozenset(clean(word) for word in not_names.split()),
    )


def letters(text: str) -> dict[str, str]:
    """'а, б бэ, в вэ': as written, and how it is called."""
    entries = [entry.split() for entry in text.split(",") if entry.strip()]
    return {clean(name): entry[0] for entry in entries for name in entry}


def rules(text: str) -> tuple[TopicRule, ...]:
    """Lines 'code weight: stem + stem | stem': alternatives by '|', words that must come together by '+'; '=word' is
    the whole word. A code that begins with '!' says that there is no such thing: '!children 1: нет детей'."""
    found = []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        head, stems = line.split(":", 1)
        code, weight = head.split()
        for alternative in stems.split("|"):
            parts = tuple(" ".join(map(_stem, part.split())) for part in alternative.split("+"))
            found.append(TopicRule(code, float(weight), parts))
    return tuple(found)


def _stem(word: str) -> str:
    return ("=" if word.startswith("=") else "") + clean(word)
