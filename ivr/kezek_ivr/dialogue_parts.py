"""The tables of the dialogue's file: prompts by name, digits, seconds. What each means stands in `dialogue.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

QuestionName = Literal["open", "street", "house", "topic", "address"]
KnownAddress = Literal["keep", "ask"]


@dataclass(frozen=True, slots=True)
class Limits:
    interview_s: float
    silences: int
    fruitless: int
    sure: float
    doubtful: float
    asked_back: int
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
class AskedBack:
    """A doubtful address read back: is it right? The limits are as a question's."""

    yes_digit: str
    no_digit: str
    heard: str
    right: str
    wrong: str
    anew: str
    first_word_s: float
    silence_s: float
    total_s: float

    @property
    def question(self) -> Question:
        return Question("address", self.heard, self.anew, 0, self.first_word_s, self.silence_s, self.total_s)


@dataclass(frozen=True, slots=True)
class InLine:
    """What is told in the line beside the place."""

    place_kept: str
    transferred: str
    full: str
    call_later: str
    neighbour: str


@dataclass(frozen=True, slots=True)
class Instead:
    """A callback instead of waiting: offered, agreed upon, told. A digit is said as press/<digit>."""

    digit: str
    agree_digit: str
    offer: str
    this_number: str
    other_number: str
    keyed: str
    right: str
    wrong: str
    told: str
    rounds: int
    answer_s: float


@dataclass(frozen=True, slots=True)
class CalledBack:
    """We have dialled, and somebody picked up."""

    join_digit: str
    no_need_digit: str
    hello: str
    join: str
    no_need: str
    joining: str
    thanks: str
    answer_s: float


@dataclass(frozen=True, slots=True)
class Consent:
    refuse_digit: str
    ask: str
    always: str
    refused: str
    answer_s: float


@dataclass(frozen=True, slots=True)
class Closed:
    closed: str
    emergency: str
    answer_s: float


@dataclass(frozen=True, slots=True)
class OutageWords:
    """What is known about the caller's own house, told before the queue; `answer_s` after it for a digit."""

    that_is_all_digit: str
    now: str
    planned: str
    coming: str
    suspected: str
    since: str
    begins: str
    until: str
    until_unknown: str
    that_is_all: str
    enough: str
    stay: str
    promise: str
    answer_s: float
    most: int


@dataclass(frozen=True, slots=True)
class TicketWords:
    """The state of a ticket, by its number or of the caller's own."""

    digit: str
    that_is_all_digit: str
    offer: str
    ask: str
    ask_other: str
    wrong: str
    unknown: str
    away: str
    number: str
    due: str
    late: str
    that_is_all: str
    rounds: int
    most: int
    answer_s: float


@dataclass(frozen=True, slots=True)
class RecordedWords:
    """Written down without an operator: subject/<topic> and the ticket's number between the two."""

    taken: str
    stay: str
    answer_s: float


@dataclass(frozen=True, slots=True)
class ToldWords:
    """A call of ours that tells something and asks for a digit."""

    yes_digit: str
    no_digit: str
    hello: str
    restored: str
    cancelled: str
    restored_yes: str
    restored_no: str
    moved: str
    verify: str
    verify_yes: str
    verify_no: str
    late: str
    assigned: str
    call_out: str
    call_in: str
    call_in_yes: str
    call_in_no: str
    emergency: str
    addition: str
    state: str
    heard: str
    thanks: str
    still_out: str
    operator: str
    answer_s: float


@dataclass(frozen=True, slots=True)
class DictatingWords:
    """A manager speaks a bulletin by his own telephone."""

    hello: str
    kept: str
    nothing: str
    lost: str
    refused: str


@dataclass(frozen=True, slots=True)
class SilentWords:
    """Somebody who does not, or cannot, speak; and what a service is told before it has him."""

    ask: str
    usual: str
    handed_over: str
    house: str
    flat: str
    cannot_speak: str
    answer_s: float
