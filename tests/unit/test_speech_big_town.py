"""Streets among 5,000 real-sounding ones, heard well, heard badly, and not in the list at all."""

from __future__ import annotations

import random
import time

import pytest

from kezek_speech import Vocabulary, build_phrasebook
from kezek_speech.packs import pack_for
from kezek_speech.street_grammar import spoken
from kit.street_names import damaged, streets
from kit.words_texts import said

LISTED, SAMPLE = 5000, 40
SENTENCES = {
    "ru": ("улица {} дом сорок пять квартира двенадцать нет отопления", "у нас на {} сорок пять нет света"),
    "uk": ("вулиця {} будинок сорок п'ять квартира дванадцять", "у нас на {} сорок п'ять немає світла"),
    "kk": ("{} көшесі қырық бесінші үй он екінші пәтер", "бізде {} қырық бес жарық жоқ"),
}


class Town:
    def __init__(self, language: str) -> None:
        names = streets(language, LISTED + 100)
        self.language, self.listed, self.absent = language, names[:LISTED], names[LISTED:]
        self.book = build_phrasebook(language, Vocabulary({name: name for name in self.listed}, {}))
        self.chance = random.Random(f"heard in {language}")  # noqa: S311 - a test that repeats itself

    def say(self, name: str) -> str:
        return spoken(name, pack_for(self.language))[0]

    def heard(self, sentence: str, name: str) -> tuple[list[str], float]:
        """The streets that are offered, and how sure the first one is."""
        found = [each for each in self.book.mentions(said(sentence.format(name))) if each.kind == "street"]
        offered = [each.value for each in found if each.words == found[0].words][:3]
        return offered, found[0].confidence if found else 0.0


@pytest.fixture(scope="module", params=SENTENCES)
def town(request):
    return Town(request.param)


def test_every_street_of_a_big_town_is_found_when_it_is_heard_well(town):
    for sentence in SENTENCES[town.language]:
        for name in town.chance.sample(town.listed, SAMPLE):
            offered, _ = town.heard(sentence, town.say(name))
            assert offered[:1] == [name], sentence.format(name)


def test_a_street_heard_badly_is_among_the_three_offered(town):
    """One or two errors in a name: in nine cases of ten the right street is offered; a wrong one is hardly ever
    certain, and only where the errors made another street's very name."""
    right = asked = 0
    for sentence in SENTENCES[town.language]:
        for edits in (1, 2):
            for name in town.chance.sample([each for each in town.listed if each.isalpha()], SAMPLE):
                spoilt = damaged(name, edits, town.chance)
                offered, confidence = town.heard(sentence, spoilt)
                asked += 1
                right += name in offered
                assert confidence < 0.8 or offered[0] == name or spoilt in town.listed or offered[0] in spoilt, spoilt
    assert right >= 0.9 * asked


def test_a_street_that_is_not_in_the_list_is_never_certain(town):
    for name in town.absent:
        for sentence in SENTENCES[town.language]:
            offered, confidence = town.heard(sentence, town.say(name))
            assert confidence < 0.8, (name, offered)


def test_a_big_town_is_built_and_asked_quickly(town):
    """A guard against quadratic work; the figures themselves are in docs/performance.md."""
    began = time.process_time()
    build_phrasebook(town.language, Vocabulary({name: name for name in town.listed}, {}))
    assert time.process_time() - began < 2.0
    began = time.process_time()
    for name in town.listed[:20]:
        town.heard(SENTENCES[town.language][0], damaged(town.say(name), 1, town.chance))
    assert (time.process_time() - began) / 20 < 0.1
