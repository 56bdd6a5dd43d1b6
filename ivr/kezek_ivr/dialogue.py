"""The dialogue as data: `dialogue.toml` read and checked, so that a wrong file is an error at start, not in a call."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from kezek_ivr.dialogue_parts import (
    AskedBack,
    CalledBack,
    Closed,
    Consent,
    DictatingWords,
    InLine,
    Instead,
    LanguageMenu,
    LanguageSwitches,
    Limits,
    OutageWords,
    Question,
    RecordedWords,
    SilentWords,
    TicketWords,
    ToldWords,
)
from kezek_ivr.prompts import (
    CAUSES,
    DAYS,
    LANGUAGES,
    MINUTES,
    OPENS,
    STATES,
    SUBJECTS,
    WAITS,
    Replies,
    prompt_texts,
    replies,
)
from kezek_ivr.tables import TableError, part, table


class DialogueError(Exception):
    """The dialogue's file is wrong; the message names the place and what was expected."""

    code = "dialogue"


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
    address: AskedBack
    in_line: InLine
    callback: Instead
    called_back: CalledBack
    recording: Consent
    closed: Closed
    outage: OutageWords
    ticket: TicketWords
    recorded: RecordedWords
    told: ToldWords
    dictating: DictatingWords
    silent: SilentWords
    language: LanguageMenu
    languages: Mapping[str, LanguageSwitches]
    questions: tuple[Question, ...]
    topics: Mapping[str, str]  # digit -> topic code
    replies: Mapping[str, Replies]  # language -> how yes and no are said

    @classmethod
    def load(cls, path: Path | None = None) -> Dialogue:
        """The packaged dialogue, or a city's own file. Raises DialogueError."""
        return _packaged() if path is None else _loaded(path)

    def by_digit(self) -> dict[str, str]:
        """Digit of the language menu -> language, in the order of the digits."""
        pairs = sorted((switches.digit, language) for language, switches in self.languages.items())
        return dict(pairs)

    def for_town(self, codes: Collection[str], of_the_day: Mapping[str, str] | None = None) -> Dialogue:
        """Without the menu's topics that this town does not have, and with those of the day at their digits; all of
        them where its topics are not known."""
        topics = {**self.topics, **(of_the_day or {})}
        return replace(self, topics={digit: code for digit, code in topics.items() if not codes or code in codes})

    def place(self, position: int) -> str:
        """The prompt that tells a place; 1 is next."""
        return f"place/{position}" if 1 <= position <= self.limits.places else "place/many"

    def prompts(self) -> Iterator[str]:
        """Every prompt this dialogue can play; each is wanted in every language of it."""
        yield from (self.greeting, self.keys, self.queued, self.number_told, self.goodbye, self.sorry)
        for told in (
            self.address, self.in_line, self.callback, self.called_back, self.recording, self.closed,
            self.outage, self.ticket, self.recorded, self.told, self.dictating, self.silent,
        ):  # fmt: skip
            said = {each.name: getattr(told, each.name) for each in fields(told)}
            yield from (text for name, text in said.items() if isinstance(text, str) and "digit" not in name)
        yield self.language.prompt
        yield from (f"press/{digit}" for digit in sorted({*self.by_digit(), *self.topics, *self.waiting_digits()}))
        for question in self.questions:
            yield from (question.prompt, question.again)
        yield from (f"topic/{code}" for code in self.topics.values())
        yield from (f"place/{position}" for position in range(1, self.limits.places + 1))
        yield from (f"wait/{minutes}" for minutes in (*WAITS, "more"))
        yield from (f"opens/{day}" for day in OPENS)
        yield from (f"{what}/{hour}" for what in ("hour", "half") for hour in range(24))
        yield from (f"number/{digit}" for digit in range(10))
        yield "place/many"
        yield from (f"subject/{topic}" for topic in SUBJECTS)
        yield from (f"cause/{cause}" for cause in CAUSES)
        yield from (f"state/{state}" for state in STATES)
        yield from (f"day/{name}" for name in DAYS)
        yield from (f"{what}/{at}" for what, last in (("date", 31), ("month", 12)) for at in range(1, last + 1))
        yield from (f"clock/{hour}" for hour in range(24))
        yield from (f"minute/{minutes}" for minutes in MINUTES)

    def waiting_digits(self) -> tuple[str, ...]:
        """The digits that mean something beside the operator's and the emergency's."""
        back = self.called_back
        return (
            self.address.yes_digit,
            self.address.no_digit,
            self.callback.digit,
            self.callback.agree_digit,
            self.recording.refuse_digit,
            back.join_digit,
            back.no_need_digit,
            self.outage.that_is_all_digit,
            self.ticket.digit,
            self.ticket.that_is_all_digit,
            self.told.yes_digit,
            self.told.no_digit,
        )


@cache
def _packaged() -> Dialogue:
    return _loaded(resources.files("kezek_ivr").joinpath("dialogue.toml"))


def _loaded(source: Path | Traversable) -> Dialogue:
    try:
        return read(tomllib.loads(source.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, OSError) as error:
        raise DialogueError(f"{source.name}: {error}") from error


def read(data: Mapping[str, Any]) -> Dialogue:
    """Values out of the file's tables, checked. Raises DialogueError."""
    try:
        dialogue = _dialogue(data)
    except TableError as error:
        raise DialogueError(str(error)) from error
    _check(dialogue)
    return dialogue


def _dialogue(data: Mapping[str, Any]) -> Dialogue:
    languages = {
        code: table(LanguageSwitches, f"languages.{code}", entry) for code, entry in part(data, "languages").items()
    }
    questions = tuple(
        table(Question, f"questions[{at}]", entry) for at, entry in enumerate(part(data, "questions", list))
    )
    kinds = {
        "limits": Limits,
        "address": AskedBack,
        "in_line": InLine,
        "callback": Instead,
        "called_back": CalledBack,
        "recording": Consent,
        "closed": Closed,
        "outage": OutageWords,
        "ticket": TicketWords,
        "recorded": RecordedWords,
        "told": ToldWords,
        "dictating": DictatingWords,
        "silent": SilentWords,
        "language": LanguageMenu,
    }
    parts = {name: table(kind, name, part(data, name)) for name, kind in kinds.items()}
    whole = {**data, **parts, "languages": languages, "questions": questions, "topics": dict(part(data, "topics"))}
    said = {language: replies(language) for language in languages if language in LANGUAGES}
    return table(Dialogue, "the file", {**whole, "replies": said})


def _check(dialogue: Dialogue) -> None:
    """What one field alone cannot show."""
    reserved = {dialogue.operator_digit, dialogue.emergency_digit}
    if len(reserved) != 2:
        raise DialogueError("operator_digit, emergency_digit: two different digits are wanted")
    if not dialogue.languages:
        raise DialogueError("languages: at least one is wanted")
    digits = [switches.digit for switches in dialogue.languages.values()]
    back = dialogue.called_back
    for where, keys in (
        ("languages", digits),
        ("address", [dialogue.address.yes_digit, dialogue.address.no_digit]),
        ("topics", [*dialogue.topics]),
        ("callback, recording", [dialogue.callback.digit, dialogue.recording.refuse_digit]),
        ("callback.agree_digit", [dialogue.callback.agree_digit]),
        ("called_back", [back.join_digit, back.no_need_digit]),
        ("outage.that_is_all_digit", [dialogue.outage.that_is_all_digit]),
        ("ticket", [dialogue.ticket.digit, dialogue.ticket.that_is_all_digit]),
        ("told", [dialogue.told.yes_digit, dialogue.told.no_digit]),
    ):
        for digit in keys:
            if len(digit) != 1 or digit not in "0123456789" or digit in reserved or keys.count(digit) > 1:
                raise DialogueError(f"{where}: digit {digit!r} is taken or is none")
    if dialogue.language.default not in dialogue.languages:
        raise DialogueError(f"language.default: {dialogue.language.default!r} is none of the languages")
    names = [question.name for question in dialogue.questions]
    if len(set(names)) != len(names) or "open" in names[1:]:
        raise DialogueError("questions: each once, and 'open' first")
    if any(question.name == "address" for question in dialogue.questions):
        raise DialogueError("questions: 'address' is asked back alone (see [address])")
    for question in (*dialogue.questions, dialogue.address.question):
        where = f"questions.{question.name}"
        if question.reasks > 1:
            raise DialogueError(f"{where}.reasks: at most one, the caller is not held up")
        if max(question.first_word_s, question.silence_s) > question.total_s:
            raise DialogueError(f"{where}.total_s: less than first_word_s or silence_s")
    if dialogue.limits.sure > 1:
        raise DialogueError("limits.sure: a confidence of 0 to 1 is wanted")
    if dialogue.limits.doubtful > dialogue.limits.sure:
        raise DialogueError("limits.doubtful: at most limits.sure")
    for language in dialogue.languages:
        texts = prompt_texts(language)
        if lacking := [name for name in dialogue.prompts() if name not in texts]:
            raise DialogueError(f"prompts of {language}: none named {', '.join(lacking[:5])}")
