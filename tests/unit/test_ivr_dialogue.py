"""The dialogue's file and the prompts: a wrong one is a clear error at load, no prompt is missing in any language."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from kezek_ivr.dialogue import Dialogue, DialogueError, read
from kezek_ivr.prompts import LANGUAGES, PromptError, prompt_texts

DIALOGUE = Dialogue.load()
PACKAGED = resources.files("kezek_ivr").joinpath("dialogue.toml").read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_prompt_that_the_dialogue_can_play(language: str) -> None:
    texts = prompt_texts(language)
    assert [name for name in DIALOGUE.prompts() if not texts.get(name, "").strip()] == []
    assert [f"number/{digit}" in texts for digit in range(10)] == [True] * 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_says_nothing_that_no_other_has(language: str) -> None:
    assert prompt_texts(language).keys() == prompt_texts("ru").keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_places_sound_alike_and_no_placeholder_is_left(language: str) -> None:
    texts = prompt_texts(language)
    assert len({texts[f"place/{at}"] for at in range(1, 31)}) == 30
    assert [name for name, text in texts.items() if "{" in text or any(sign.isdigit() for sign in text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_prompts_name_is_a_files_name_and_its_text_is_short_enough_to_say(language: str) -> None:
    for name, text in prompt_texts(language).items():
        assert name.replace("/", "").replace("_", "").isalnum(), name
        assert 2 < len(text) < 200 or name.startswith("number/"), name


def test_a_language_without_prompts_is_an_error_that_names_it() -> None:
    with pytest.raises(PromptError, match="'xx'"):
        prompt_texts("xx")


def test_the_packaged_dialogue_has_the_five_languages_by_digit() -> None:
    assert DIALOGUE.by_digit() == {"1": "kk", "2": "ru", "3": "uk", "4": "en", "5": "ko"}
    assert [language for language, switches in DIALOGUE.languages.items() if not switches.open] == ["ko"]


@pytest.mark.parametrize(
    ("position", "prompt"), [(1, "place/1"), (30, "place/30"), (31, "place/many"), (0, "place/many")]
)
def test_a_place_has_its_prompt(position: int, prompt: str) -> None:
    assert DIALOGUE.place(position) == prompt


def change(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def act(data: dict[str, Any]) -> None:
        *where, last = path.split(".")
        table: Any = data
        for key in where:
            table = table[int(key)] if isinstance(table, list) else table[key]
        if value is None:
            del table[last]
        else:
            table[last] = value

    return act


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("greeting", "helo", "helo"),
        ("greeting", "", "greeting: a text"),
        ("greeting", None, "missing greeting"),
        ("gretting", "greeting", "unknown gretting"),
        ("limits", None, "limits: a table"),
        ("limits.interview_s", 0, "limits.interview_s: more than 0"),
        ("limits.interview_s", 1e9, "at most 300"),
        ("limits.silences", -1, "limits.silences: a count"),
        ("limits.silences", "two", "limits.silences: a count"),
        ("limits.sure", 7.0, "limits.sure: a confidence"),
        ("language.default", "fr", "'fr' is none of the languages"),
        ("languages.fr", {"digit": "6", "open": True, "known_address": "keep"}, "no prompts of language 'fr'"),
        ("languages.ru.digit", "1", "languages: digit '1'"),
        ("languages.ru.digit", "0", "languages: digit '0'"),
        ("languages.ru.open", "yes", "languages.ru.open: true or false"),
        ("languages.ru.known_address", "maybe", "'maybe' is none of keep, ask"),
        ("languages", {}, "languages: at least one"),
        ("languages.ru", "here", "languages.ru: a table is wanted"),
        ("questions.1.name", "color", "'color' is none of open, street"),
        ("questions.1.name", "house", "each once"),
        ("questions.0.name", "street", "each once"),
        ("questions.1.reasks", 5, "at most one"),
        ("questions.1.total_s", 1.0, "less than first_word_s"),
        ("questions.2.again", "hous_again", "hous_again"),
        ("questions", {}, "questions: a list of tables"),
        ("topics.1", "teleport", "topic/teleport"),
        ("topics.9", "heating", "topics: digit '9'"),
        ("limits.places", 40, "place/31"),
        ("emergency_digit", "0", "two different digits"),
        ("callback", None, "callback: a table"),
        ("callback.digit", "3", "callback, recording: digit '3'"),
        ("callback.digit", "0", "callback, recording: digit '0'"),
        ("callback.agree_digit", "9", "callback.agree_digit: digit '9'"),
        ("callback.offer", "call_you", "call_you"),
        ("called_back.no_need_digit", "1", "called_back: digit '1'"),
        ("recording.refuse_digit", "33", "digit '33'"),
        ("closed.answer_s", 0, "closed.answer_s: more than 0"),
        ("in_line.full", None, "in_line: missing full"),
    ],
)
def test_a_wrong_file_is_an_error_that_says_where_and_what(path: str, value: object, message: str) -> None:
    data = tomllib.loads(PACKAGED)
    change(path, value)(data)
    with pytest.raises((DialogueError, PromptError), match=message):
        read(data)


def test_a_file_that_is_no_toml_or_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "town.toml").write_text("greeting = ")
    with pytest.raises(DialogueError, match=r"town\.toml"):
        Dialogue.load(tmp_path / "town.toml")
    with pytest.raises(DialogueError, match=r"none\.toml"):
        Dialogue.load(tmp_path / "none.toml")


def test_a_towns_own_file_is_taken(tmp_path: Path) -> None:
    (tmp_path / "town.toml").write_text(PACKAGED.replace("silences = 2", "silences = 3"))
    assert Dialogue.load(tmp_path / "town.toml").limits.silences == 3
