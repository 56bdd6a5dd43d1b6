"""Words out of sound, and mentions out of words. Sound is 16-bit little-endian mono at 8 kHz; its time is counted in
samples."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

RATE = 8000  # samples a second
FRAME = 320  # bytes of 20 ms

Purpose = Literal["call", "talk"]  # an answer that the dialogue waits for, or what is said in a talk with an operator


class SpeechError(Exception):
    code = "speech"
    retry = False


class NoModel(SpeechError):
    """No model for this language on this machine."""

    code = "no_model"


class Full(SpeechError):
    """Admission control says no: one more stream would slow down the others."""

    code = "recogniser_full"
    retry = True


class Dead(SpeechError):
    """The recogniser failed. What was heard until then stands, marked unsure."""

    code = "recogniser_dead"


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    confidence: float  # 0..1
    start: float  # seconds of sound since the recogniser was opened
    end: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What has been understood of the present utterance. Partial ones replace each other until the final one comes."""

    words: tuple[Word, ...]
    final: bool

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


class Recogniser(Protocol):
    """A stream: push sound, iterate words. `push` never blocks and never raises; a dead engine ends the iteration
    with Dead, and one that had to make room for others (see `Ears.open`) with Full.

    Only one iteration at a time; it may be cancelled (a time limit, say) and taken up again without losing words.
    """

    def push(self, sound: bytes) -> None: ...

    def flush(self) -> None:
        """No more sound comes: the final words of the last utterance follow, then the iteration ends."""
        ...

    async def again(self, phrases: Sequence[str]) -> tuple[Word, ...]:
        """The last finished utterance (its last 15 s) decoded anew by a grammar, with the stream's own times; the
        stream itself goes on meanwhile. () without sound, or when the model knows none of the phrases. Raises Full
        and Dead, which end this second pass alone."""
        ...

    def __aiter__(self) -> AsyncIterator[Heard]: ...


class Ears(Protocol):
    """The pool of warm recognisers."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages whose model is loaded, in the order of preference."""
        ...

    def open(
        self,
        language: str,
        phrases: Sequence[str] | None = None,
        *,
        spare: Sequence[str] | None = None,
        kind: Purpose = "call",
    ) -> AbstractAsyncContextManager[Recogniser]:
        """A recogniser, for one question or one complaint; `phrases` makes it a grammar (out-of-vocabulary words are
        dropped with a warning). Raises NoModel or Full on entering.

        Under pressure the oldest give way: a free stream with a `spare` becomes a stream of that grammar (a fifth of
        the work), then streams of kind 'talk' end with Full. A stream of kind 'call' is never ended.
        """
        ...


MentionKind = Literal[
    "street", "house", "flat", "entrance", "floor", "landmark", "phone", "account", "topic", "urgency", "duration",
    "emergency",
]  # fmt: skip

# The heaviest first. What the operator reads beside the class that an `emergency` mention raises.
URGENCIES = ("gas", "fire", "danger", "lift", "medical", "flood", "electric", "children", "elderly", "cold")


@dataclass(frozen=True, slots=True)
class Mention:
    """Something said about where or what.

    `value` is normalised: house '12/2', '7а', '6к2'; phone and account as digits; street and topic the opaque
    reference that came in with the vocabulary (a street's id, a topic's code); urgency one of URGENCIES; duration how
    long it has lasted, ISO 8601 ('P2D', 'PT3H'); landmark the words themselves.
    """

    kind: MentionKind
    value: str
    confidence: float  # 0..1: the recogniser's own, times how well the words fit
    words: str  # the words it was taken from
    corrects: bool = False  # said in place of something else: 'no, forty-five'


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What this town calls things, in one language: lower-case spoken name -> opaque reference."""

    streets: Mapping[str, str]
    topics: Mapping[str, str]  # beyond the language pack's own topic words


Question = Literal["street", "house", "topic", "address"]  # to which a short answer comes
QUESTIONS: tuple[Question, ...] = get_args(Question)


class Phrasebook(Protocol):
    """A language pack joined with a town's vocabulary. Pure: no clock, no I/O."""

    @property
    def language(self) -> str: ...

    def mentions(self, words: Sequence[Word]) -> list[Mention]:
        """All mentions, the best of each kind first. Nonsense gives an empty list."""
        ...

    def answer(self, question: Question, words: Sequence[Word]) -> list[Mention]:
        """Mentions in a short answer to one question: 'Abay', 'forty-five', 'heating' alone are enough."""
        ...

    def phrases(self, question: Question) -> list[str]:
        """The grammar for a short answer to that question: every phrase worth hearing, '[unk]' included; "address":
        streets, houses and numbers, for a second pass over a whole sentence."""
        ...
