"""Any words, of any length, in any language: no exception, values well formed, and no work that grows quadratically."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kezek_speech import Mention, Vocabulary, Word, build_phrasebook
from kezek_speech.packs import LANGUAGES, pack_for
from kit.said import SAID_WORDS, books

TOWN = books() | {"ko": build_phrasebook("ko", Vocabulary({"나무": "나무"}, {}))}
FORMS = {
    "house": r"[1-9]\d{0,3}(/\d{1,4})?[^\W\d_]?(к\d{1,4})?",
    "flat": r"[1-9]\d{0,3}[^\W\d_]?",
    "entrance": r"[1-9]\d?",
    "floor": r"[1-9]\d{0,2}",
    "phone": r"\+?\d{5,}",
    "account": r"\d{5,}",
    "landmark": r"\S(.{0,78}\S)?",
    "duration": r"P(\d+[DWMY]|T\d+H|T\d+M|T\d+H\d+M)",
}


def lexicon(language: str) -> list[str]:
    pack = pack_for(language)
    own = [*pack.numbers, *pack.cues, *pack.letters, *pack.lasting.phrases, *pack.nearby.before, *pack.nearby.after]
    return [*own, *SAID_WORDS.get(language, ())]


def check(mentions: list[Mention]) -> None:
    for mention in mentions:
        assert 0.0 <= mention.confidence <= 1.0
        form = FORMS.get(mention.kind)
        assert form is None or re.fullmatch(form, mention.value), mention


@pytest.mark.parametrize("language", LANGUAGES)
def test_any_row_of_known_words_gives_well_formed_values(language):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(said=st.lists(st.sampled_from(lexicon(language)), max_size=40), sure=st.floats(0, 1))
    def read(said: list[str], sure: float) -> None:
        words = [Word(part, sure, 0.0, 0.0) for phrase in said for part in phrase.split()]
        check(TOWN[language].mentions(words))
        for question in ("street", "house", "topic"):
            check(TOWN[language].answer(question, words))

    read()


@pytest.mark.parametrize("language", LANGUAGES)
def test_any_text_gives_well_formed_values(language):
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(said=st.lists(st.text(max_size=30), max_size=20))
    def read(said: list[str]) -> None:
        check(TOWN[language].mentions([Word(part, 1.0, 0.0, 0.0) for part in said]))

    read()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_utterance_costs_no_more_than_its_length(language):
    """Ten times the words, far less than a hundred times the work: a guard against quadratic growth."""
    numbers = list(pack_for(language).numbers)[:12]
    cues = [word for word, cue in pack_for(language).cues.items() if cue in ("house", "flat", "correction")][:12]

    def spent(length: int) -> float:
        said = [(numbers if place % 2 else cues)[place % 11 % len(cues)] for place in range(length)]
        words = [Word(part, 1.0, 0.0, 0.0) for phrase in said for part in phrase.split()][:length]

        def once() -> float:
            began = time.process_time()
            TOWN[language].mentions(words)
            return time.process_time() - began

        return min(once() for _ in range(5))

    assert spent(120) < 50 * max(spent(12), 0.001)
