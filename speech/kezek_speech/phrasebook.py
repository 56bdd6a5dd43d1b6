"""A language pack joined with a town's vocabulary: words to mentions, and questions to grammars. Meets Phrasebook.
Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from . import street_grammar
from .item import Item
from .lexer import Lexer
from .packs import LANGUAGES, pack_for
from .places import Found, Places
from .streets import StreetHit, StreetIndex
from .text import Token, clean, tokens
from .topics import NO, TopicHit, TopicIndex
from .types import URGENCIES, Mention, MentionKind, NoModel, Phrasebook, Question, Vocabulary, Word

_LEAST = 0.2  # confidence: less than this is no mention
MOST_PHRASES = 6000  # of one grammar: a model of 50 MB takes them in 20 ms
_NAMED = 0.7  # a street this sure: its words tell of no trouble ('улица Газовая')
_MOST_WORDS = 120  # of one utterance: the first ones; nobody says where he is in more


def build_phrasebook(language: str, vocabulary: Vocabulary) -> Phrasebook:
    """Raises NoModel for a language without a pack. Building takes up to 0.2 s for 5,000 streets; asking it, 5 ms."""
    if language not in LANGUAGES:
        raise NoModel(f"no language pack for {language!r}: there are {', '.join(LANGUAGES)}")
    return _Book(language, vocabulary)


class _Book:
    def __init__(self, language: str, vocabulary: Vocabulary) -> None:
        self._pack = pack_for(language)
        self._lexer = Lexer(self._pack)
        self._streets = StreetIndex(vocabulary.streets, self._pack)
        self._places = Places(self._pack, self._lexer)
        denials = self._pack.denials
        kinds = self._pack.streets.kinds  # 'roads' is said in every address
        named = {name: code for name, code in vocabulary.topics.items() if clean(name) not in kinds}
        self._topics = TopicIndex(self._pack.topics, named, everyday=self._pack.not_numbers)
        denied = [rule for rule in self._pack.urgencies if rule.code.startswith(NO)]
        self._emergencies = TopicIndex([*self._pack.emergencies, *denied], denials=denials, strict=True)
        self._urgencies = TopicIndex(self._pack.urgencies, denials=denials, strict=True)
        self._vocabulary = vocabulary
        self._fillers = {clean(word) for word in self._pack.fillers}
        self._phrases: dict[Question, tuple[str, ...]] = {}  # made once: a fifth of a second for 5,000 streets

    @property
    def language(self) -> str:
        return self._pack.language

    def mentions(self, words: Sequence[Word]) -> list[Mention]:
        words = words[:_MOST_WORDS]
        heard, items = self._read(words)
        return self._sorted(words, heard, items, self._streets.find(heard, items), bare=False)

    def answer(self, question: Question, words: Sequence[Word]) -> list[Mention]:
        words = self._doubted(words[:_MOST_WORDS])
        heard, items = self._read(words)
        streets = self._streets.find(heard, items, bare=question in ("street", "address"))
        found = self._sorted(words, heard, items, streets, bare=question == "house")
        return sorted(found, key=lambda mention: mention.kind != question)

    def phrases(self, question: Question) -> list[str]:
        """At most MOST_PHRASES; those that are heard in every answer come first, the cases of streets last."""
        if question not in self._phrases:
            self._phrases[question] = tuple(self._made(question))
        return list(self._phrases[question])

    def _made(self, question: Question) -> list[str]:
        match question:
            case "street":
                spoken = self._street_phrases()
            case "house":
                spoken = self._house_phrases()
            case "address":
                spoken = [*self._house_phrases(), *self._street_phrases()]
            case _:
                own = self._pack.grammar.get(question, ())
                spoken = [*own, *(clean(name) for name in self._vocabulary.topics)]
        fillers = self._pack.fillers
        kept = list(dict.fromkeys(filter(None, spoken)))[: MOST_PHRASES - len(fillers) - 1]
        return [*dict.fromkeys([*kept, *fillers]), "[unk]"]

    def _street_phrases(self) -> list[str]:
        words = self._pack.streets
        kinds = [word for word in words.kinds if len(word) > 3][:24]
        names = list(street_grammar.phrases(self._vocabulary.streets, self._pack))
        return [*kinds, *names, *sorted(word for word in words.titles if len(word) > 3)]

    def _house_phrases(self) -> list[str]:
        pack = self._pack
        return list(pack.grammar.get("house", ())) or [
            *(word for word, atom in pack.numbers.items() if atom.value <= 1000),
            *(word for word, cue in pack.cues.items() if cue in ("house", "flat", "fraction", "corpus")),
            *pack.letters,
        ]

    def _read(self, words: Sequence[Word]) -> tuple[list[Token], list[Item]]:
        heard = tokens(words)[: 2 * _MOST_WORDS]
        return heard, self._lexer.lex(heard, self._streets.is_word)

    def _doubted(self, words: Sequence[Word]) -> Sequence[Word]:
        """Without '[unk]' in the model, unrelated sound is pressed into a row of grammar words: one word is an
        answer, a row is doubtful."""
        if not self._fillers:
            return words
        factor = self._pack.certainty * (1.0 if len(words) <= 1 else 0.5)
        return [
            Word(word.text, word.confidence * factor, word.start, word.end)
            for word in words
            if clean(word.text) not in self._fillers
        ]

    def _sorted(
        self, words: Sequence[Word], heard: list[Token], items: list[Item], streets: list[StreetHit], *, bare: bool
    ) -> list[Mention]:
        places = self._places.find(items, streets, bare=bare)
        corrected = {found.kind for found in places if found.correction}
        guessed = {
            item.first
            for place, item in enumerate(items)
            if item.kind in ("number", "flat") and item.fit < 1.0 and _among_numbers(items, place)
        }
        named = {at for hit in streets if hit.confidence >= _NAMED for at in range(hit.first, hit.last + 1)}
        sure = [
            replace(token, text="") if place in guessed or place in named else token
            for place, token in enumerate(heard)
        ]
        counted = {
            at for item in items if item.kind == "number" and item.fit == 1.0 for at in range(item.first, item.last + 1)
        }
        uncounted = [replace(token, text="") if place in counted else token for place, token in enumerate(sure)]
        mentions = [_of_street(hit, heard, words) for hit in streets]
        mentions += [
            _of_place(found, heard, words) for found in places if found.kind not in corrected or found.correction
        ]
        mentions += [_of_topic("topic", hit, heard, words) for hit in self._topics.find(uncounted)]
        mentions += [_of_topic("emergency", hit, heard, words) for hit in self._emergencies.find(sure)]
        urgent = sorted(self._urgencies.find(sure), key=lambda hit: URGENCIES.index(hit.code))
        mentions += [_of_topic("urgency", hit, heard, words) for hit in urgent]
        mentions = [mention for mention in mentions if mention.confidence >= _LEAST]
        return sorted(mentions, key=_place)


_ORDER: tuple[MentionKind, ...] = (
    "emergency", "street", "house", "flat", "entrance", "floor", "landmark", "phone", "account", "topic", "urgency",
    "duration",
)  # fmt: skip


def _place(mention: Mention) -> tuple[int, float]:
    """Kinds in their order; the surest first, but urgencies as they come: the heaviest first."""
    return _ORDER.index(mention.kind), 0.0 if mention.kind == "urgency" else -round(mention.confidence, 2)


def _among_numbers(items: Sequence[Item], place: int) -> bool:
    """Whether a guessed number has a number or a word of place beside it; alone it may be anything."""
    beside = [*items[max(0, place - 1) : place], *items[place + 1 : place + 2]]
    return any(item.kind in ("number", "house", "flat", "corpus", "fraction") for item in beside)


def _said(first: int, last: int, heard: Sequence[Token], words: Sequence[Word]) -> str:
    """The words as they were heard, from token to token."""
    return " ".join(word.text for word in words[heard[first].word : heard[last].word + 1])


def _of_street(hit: StreetHit, heard: Sequence[Token], words: Sequence[Word]) -> Mention:
    return Mention("street", hit.reference, _rounded(hit.confidence), _said(hit.first, hit.last, heard, words))


def _of_topic(
    kind: Literal["topic", "emergency", "urgency"], hit: TopicHit, heard: Sequence[Token], words: Sequence[Word]
) -> Mention:
    return Mention(kind, hit.code, _rounded(hit.confidence), _said(hit.first, hit.last, heard, words))


def _of_place(found: Found, heard: Sequence[Token], words: Sequence[Word]) -> Mention:
    said = _said(found.first, found.last, heard, words)
    return Mention(found.kind, found.value, _rounded(found.confidence), said, found.correction)


def _rounded(confidence: float) -> float:
    return round(min(1.0, max(0.0, confidence)), 3)
