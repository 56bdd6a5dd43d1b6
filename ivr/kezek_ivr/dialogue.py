"""The dialogue as data: `dialogue.toml` read and checked, so that a wrong file is an error at start, not in a call."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from kezek_ivr.prompts import prompt_texts

QuestionName = Literal["open", "street", "house", "topic"]
KnownAddress = Literal["keep", "ask"]

T = TypeVar("T")

LONGEST_S = 300.0
_WANTED: Mapping[type, str] = {int: "a count of 0 to 100", str: "a text", bool: "true or false"}


class DialogueError(Exception):
    """The dialogue's file is wrong; the message names the place and what was expected."""

    code = "dialogue"


@dataclass(frozen=True, slots=True)
class Limits:
    interview_s: float
    silences: int
    fruitless: int
    sure: float
    digit_s: float
    places: int


@dataclass(frozen=True, slots=True)
class LanguageMenu:
    prompt: str
    first_digit_s: float
    rounds: int
    default: str


@dataclass(frozen=True, slots=True)
class LanguageSwitches:
    digit: str
    open: bool
    known_address: KnownAddress


@dataclass(frozen=True, slots=True)
class Question:
    """One question; the limits are seconds after the prompt's end."""

    name: QuestionName
    prompt: str
    again: str
    reasks: int
    first_word_s: float
    silence_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class Dialogue:
    greeting: str
    keys: str
    queued: str
    number_told: str
    goodbye: str
    sorry: str
    operator_digit: str
    emergency_digit: str
    limits: Limits
    language: LanguageMenu
    languages: Mapping[str, LanguageSwitches]
    questions: tuple[Question, ...]
    topics: Mapping[str, str]  # digit -> topic code

    @classmethod
    def load(cls, path: Path | None = None) -> Dialogue:
        """The packaged dialogue, or a city's own file. Raises DialogueError."""
        source = path if path is not None else resources.files("kezek_ivr").joinpath("dialogue.toml")
        try:
            return read(tomllib.loads(source.read_text("utf-8")))
        except (tomllib.TOMLDecodeError, OSError) as error:
            raise DialogueError(f"{source.name}: {error}") from error

    def by_digit(self) -> dict[str, str]:
        """Digit of the language menu -> language, in the order of the digits."""
        pairs = sorted((switches.digit, language) for language, switches in self.languages.items())
        return dict(pairs)

    def for_town(self, codes: Collection[str]) -> Dialogue:
        """Without the menu's topics that this town does not have; all of them where its topics are not known."""
        return (
            self
            if not codes
            else replace(self, topics={digit: code for digit, code in self.topics.items() if code in codes})
        )

    def place(self, position: int) -> str:
        """The prompt that tells a place; 1 is next."""
        return f"place/{position}" if 1 <= position <= self.limits.places else "place/many"

    def prompts(self) -> Iterator[str]:
        """Every prompt this dialogue can play; each is wanted in every language of it."""
        yield from (self.greeting, self.keys, self.queued, self.number_told, self.goodbye, self.sorry)
        yield self.language.prompt
        yield from (f"press/{digit}" for digit in sorted({*self.by_digit(), *self.topics}))
        for question in self.questions:
            yield from (question.prompt, question.again)
        yield from (f"topic/{code}" for code in self.topics.values())
        yield from (f"place/{position}" for position in range(1, self.limits.places + 1))
        yield "place/many"


def read(data: Mapping[str, Any]) -> Dialogue:
    """Values out of the file's tables, checked. Raises DialogueError."""
    languages = {
        code: _table(LanguageSwitches, f"languages.{code}", entry) for code, entry in _part(data, "languages").items()
    }
    questions = tuple(
        _table(Question, f"questions[{at}]", entry) for at, entry in enumerate(_part(data, "questions", list))
    )
    dialogue = _table(
        Dialogue,
        "the file",
        {
            **data,
            "limits": _table(Limits, "limits", _part(data, "limits")),
            "language": _table(LanguageMenu, "language", _part(data, "language")),
            "languages": languages,
            "questions": questions,
            "topics": dict(_part(data, "topics")),
        },
    )
    _check(dialogue)
    return dialogue


def _part(data: Mapping[str, Any], name: str, kind: type = dict) -> Any:
    if not isinstance(data.get(name), kind):
        raise DialogueError(f"{name}: a {'table' if kind is dict else 'list of tables'} of this name is wanted")
    return data[name]


def _table(kind: Callable[..., T], where: str, entry: object) -> T:
    """The table as that dataclass: every field there, of its type, and nothing else."""
    if not isinstance(entry, Mapping):
        raise DialogueError(f"{where}: a table is wanted, not {entry!r}")
    hints = get_type_hints(kind)
    if missing := hints.keys() - entry.keys():
        raise DialogueError(f"{where}: missing {', '.join(sorted(missing))}")
    if strange := entry.keys() - hints.keys():
        raise DialogueError(f"{where}: unknown {', '.join(sorted(strange))}")
    values = {name: _value(f"{where}.{name}", hint, entry[name]) for name, hint in hints.items()}
    return kind(**values)


def _value(where: str, hint: Any, value: Any) -> Any:
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise DialogueError(f"{where}: {value!r} is none of {', '.join(map(str, get_args(hint)))}")
    elif hint is float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_S:
            raise DialogueError(f"{where}: more than 0 and at most {LONGEST_S:g} seconds are wanted, not {value!r}")
        return float(value)
    elif (type(value) is not hint and hint in _WANTED) or value == "" or (hint is int and not 0 <= value <= 100):
        raise DialogueError(f"{where}: {_WANTED[hint]} is wanted, not {value!r}")
    return value


def _check(dialogue: Dialogue) -> None:
    """What one field alone cannot show."""
    reserved = {dialogue.operator_digit, dialogue.emergency_digit}
    if len(reserved) != 2:
        raise DialogueError("operator_digit, emergency_digit: two different digits are wanted")
    if not dialogue.languages:
        raise DialogueError("languages: at least one is wanted")
    digits = [switches.digit for switches in dialogue.languages.values()]
    for where, keys in (("languages", digits), ("topics", [*dialogue.topics])):
        for digit in keys:
            if len(digit) != 1 or digit not in "0123456789" or digit in reserved or keys.count(digit) > 1:
                raise DialogueError(f"{where}: digit {digit!r} is taken or is none")
    if dialogue.language.default not in dialogue.languages:
        raise DialogueError(f"language.default: {dialogue.language.default!r} is none of the languages")
    names = [question.name for question in dialogue.questions]
    if len(set(names)) != len(names) or "open" in names[1:]:
        raise DialogueError("questions: each once, and 'open' first")
    for question in dialogue.questions:
        where = f"questions.{question.name}"
        if question.reasks > 1:
            raise DialogueError(f"{where}.reasks: at most one, the caller is not held up")
        if max(question.first_word_s, question.silence_s) > question.total_s:
            raise DialogueError(f"{where}.total_s: less than first_word_s or silence_s")
    if dialogue.limits.sure > 1:
        raise DialogueError("limits.sure: a confidence of 0 to 1 is wanted")
    for language in dialogue.languages:
        texts = prompt_texts(language)
        if lacking := [name for name in dialogue.prompts() if name not in texts]:
            raise DialogueError(f"prompts of {language}: none named {', '.join(lacking[:5])}")
