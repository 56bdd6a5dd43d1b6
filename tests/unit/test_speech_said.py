"""Sentences as people say them: Russian, Ukrainian, Kazakh and English, clean, mixed, corrected and badly heard."""

from __future__ import annotations

from collections import Counter

import pytest

from kezek_speech import Word
from kit.said import NAMES, Said, books, sentences, verdicts

TOWN = books()
SAID = list(sentences())
OURS = frozenset(NAMES.values()) - {"street"}  # streets have tests of their own


def count(rows: list[Said]) -> Counter[str]:
    found: Counter[str] = Counter()
    for said in rows:
        for field, verdict, _ in verdicts(said, TOWN[said.language]):
            if field in OURS:
                found[verdict] += 1
    return found


@pytest.mark.parametrize("language", ["ru", "uk", "kk", "en"])
def test_clean_sentences_come_right_and_hardly_ever_wrong_for_certain(language):
    found = count([said for said in SAID if said.language == language and not said.noisy])
    assert found["right"] >= 0.97 * found.total()
    assert found["certain"] <= 0.01 * found.total()


@pytest.mark.parametrize("language", ["ru", "uk"])
def test_badly_heard_sentences_come_mostly_right_and_hardly_ever_wrong_for_certain(language):
    found = count([said for said in SAID if said.language == language and said.noisy])
    assert found["right"] >= 0.9 * found.total()
    assert found["certain"] <= 0.01 * found.total()


@pytest.mark.parametrize("language", ["ru", "uk", "kk", "en"])
def test_there_are_many_sentences(language):
    assert sum(said.language == language for said in SAID) >= (60 if language == "en" else 150)


def test_a_badly_recognised_sentence_is_never_certain():
    """The recogniser's own confidence is part of every field's."""
    for said in SAID:
        words = [Word(part, 0.6, 0.0, 0.0) for part in said.text.split()]
        assert all(mention.confidence <= 0.6 for mention in TOWN[said.language].mentions(words))
