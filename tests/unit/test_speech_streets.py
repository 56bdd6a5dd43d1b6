"""Streets as callers name them: sentences of our own in tests/fixtures/words; those of `aside-*` were written first and
not looked at while the rest was made to work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from kezek_speech import Vocabulary, build_phrasebook
from kit.words_texts import FOLDER, differences, rows, said, town

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

_SPEC = spec_from_file_location("recordings", BENCHMARKS / "recordings.py")
assert _SPEC is not None
assert _SPEC.loader is not None
recordings = module_from_spec(_SPEC)
_SPEC.loader.exec_module(recordings)

LANGUAGES = ("ru", "uk", "kk", "en")
RIGHT = 0.97  # of the sentences, those without a street included


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["", "aside-"])
def test_the_street_of_a_sentence_is_found(language, kind):
    name = f"{kind}streets-{language}.tsv"
    wrong = list(differences(language, name, "street", "street"))
    few = 1 if language == "en" else 0  # a town of ten sentences cannot be right in 97 % of them otherwise
    assert len(wrong) <= max(few, (1 - RIGHT) * len(rows(name))), wrong


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["", "aside-"])
def test_a_wrong_street_is_never_certain(language, kind):
    found = differences(language, f"{kind}streets-{language}.tsv", "street", "street")
    assert [each for each in found if each[3] >= 0.8] == []


def streets(book, text):
    return [mention for mention in book.mentions(said(text)) if mention.kind == "street"]


@pytest.mark.parametrize(
    ("listed", "text", "most"),
    [
        ("садовая", "большая садовая дом сорок один", 0.79),  # another street than the one that is listed
        ("садовая", "верхняя садовая семь", 0.79),
        ("школьная", "переулок школьный четыре", 0.79),
        ("панфиловцев", "улица панфилова дом семь", 0.79),
        ("рыскулова", "улица рыскулбекова дом семь", 0.79),
        ("строителей", "улица машиностроителей дом восемь", 0.79),
        ("гагаринская", "на гагарина пять", 0.79),
    ],
)
def test_a_street_that_is_not_in_the_list_never_becomes_certain(listed, text, most):
    found = streets(build_phrasebook("ru", Vocabulary({listed: "7"}, {})), text)
    assert all(mention.confidence <= most for mention in found)


def test_near_streets_are_offered_for_the_same_words_at_most_three():
    """The choice of three on the pop and in the dialogue."""
    names = ["сагова", "садова", "салова", "сазова", "сакова"]
    book = build_phrasebook("ru", Vocabulary({name: name for name in names}, {}))
    found = streets(book, "улица савова дом пять")
    assert len(found) == 3
    assert len({mention.words for mention in found}) == 1
    assert len({mention.value for mention in found}) == 3
    assert all(mention.confidence < 0.8 for mention in found)
    assert [mention.confidence for mention in found] == sorted((mention.confidence for mention in found), reverse=True)


def test_a_certain_street_comes_without_a_choice():
    assert [mention.value for mention in streets(town("ru"), "улица садовая дом пять")] == ["садовая"]


def test_two_streets_of_one_name_are_told_apart_by_their_kind():
    book = build_phrasebook("ru", Vocabulary({"улица лесная": "1", "переулок лесной": "2"}, {}))
    assert streets(book, "переулок лесной дом пять")[0].value == "2"
    assert streets(book, "улица лесная дом пять")[0].value == "1"
    either = streets(book, "на лесной пять")
    assert {mention.value for mention in either} == {"1", "2"}
    assert all(mention.confidence < 0.8 for mention in either)


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("ru", "не абая а сейфуллина", ["сейфуллина"]),
        ("ru", "нет не на абая а на гоголя", ["гоголя"]),
        ("ru", "улица абая дом сорок ой простите улица гоголя", ["гоголя"]),
        ("ru", "на абая вернее на ауэзова", ["ауэзова"]),
        ("ru", "на пушкина воды нет на гоголя тоже", ["пушкина", "гоголя"]),
        ("uk", "не шевченка а грушевського", ["грушевського"]),
        ("uk", "вулиця садова тобто вулиця лугова", ["лугова"]),
        ("kk", "абай көшесі емес гагарин көшесі", ["гагарин"]),
        ("kk", "пушкин көшесі кешіріңіз гоголь көшесі", ["гоголь"]),
        ("en", "abay street no sorry garden street", ["garden"]),
    ],
)
def test_a_street_that_is_taken_back_is_gone(language, text, wanted):
    assert [mention.value for mention in streets(town(language), text)] == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_grammar_of_the_address_holds_streets_houses_and_numbers(language):
    book = town(language)
    phrases = book.phrases("address")
    assert set(book.phrases("house")) <= set(phrases)
    assert set(book.phrases("street")) <= set(phrases)
    assert phrases[-1] == "[unk]"


def test_the_grammar_of_a_big_town_is_capped_and_keeps_numbers_first():
    book = build_phrasebook("ru", Vocabulary({f"{number}-я улица мира": str(number) for number in range(1, 990)}, {}))
    phrases = book.phrases("address")
    assert len(phrases) <= 6000
    assert phrases[-1] == "[unk]"
    assert phrases.index("двадцать") < 500


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("9 мая", {"девять мая", "девятого мая", "девятое мая"}),
        ("28 панфиловцев", {"двадцать восемь панфиловцев", "двадцати восьми панфиловцев"}),
        ("аксай-4", {"аксай четыре"}),
        ("5-й микрорайон", {"пятый микрорайон", "микрорайон пять"}),
        ("улица абая", {"абая"}),
    ],
)
def test_a_name_with_a_number_is_said_in_words(name, ways):
    book = build_phrasebook("ru", Vocabulary({name: "1"}, {}))
    assert ways <= set(book.phrases("street"))
    for way in book.phrases("street"):
        assert not any(letter.isdecimal() for letter in way)


@pytest.mark.parametrize(
    ("spoken", "heard", "errors"),
    [("а б в", "а б в", 0), ("а б в", "а в", 1), ("а б", "а г б д", 2), ("", "а", 1), ("а б", "", 2)],
)
def test_word_errors_are_counted_as_the_field_does(spoken, heard, errors):
    assert recordings.word_errors(spoken.split(), heard.split()) == errors


def test_the_benchmark_ends_with_shares():
    """What `fields.py --json` says last is read by others: its names stay."""
    command = [sys.executable, BENCHMARKS / "fields.py", "--texts", FOLDER, "--json"]
    environment = {name: value for name, value in os.environ.items() if name != "KEZEK_MODELS"}
    report = subprocess.run(command, capture_output=True, check=True, text=True, env=environment).stdout
    assert "recordings: none measured: KEZEK_MODELS names no folder" in report
    figures = json.loads(report.splitlines()[-1])
    assert set(figures["clean"]) == set(LANGUAGES)
    for score in figures["clean"].values():
        assert score["right"] >= 0.9
        assert score["wrong_certain"] <= 0.01
        assert set(score["by_field"]) >= {"street", "house", "flat", "problem"}
        assert all(0 <= share <= 1 for share in score["by_field"].values())
