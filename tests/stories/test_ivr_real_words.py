"""Whole calls with the real language packs: what citizens say becomes fields, in each language."""

from __future__ import annotations

import pytest

from kezek_speech.phrasebook import build_phrasebook
from kezek_speech.types import Vocabulary
from kit.ivr_voice import TownVoice
from kit.ivr_world import World
from kit.scripted_line import Phone, after, in_virtual_time, say

STREETS = {
    "ru": {"абая": "1", "пушкина": "2"},
    "kk": {"абай": "1", "пушкин": "2"},
    "uk": {"абая": "1", "пушкіна": "2"},
    "en": {"abay": "1", "pushkin": "2"},
    "ko": {"나무": "1", "여름": "2"},
}
ONE_BREATH = {
    "ru": "здравствуйте у нас на улице абая дом сорок пять квартира двенадцать второй день нет отопления",
    "kk": "сәлеметсіз бе абай көшесі қырық бесінші үй он екінші пәтер екінші күн жылу жоқ",
    "uk": "доброго дня вулиця абая будинок сорок п'ять квартира дванадцять другий день немає опалення",
    "en": "no heating at abay street forty five apartment twelve",
}


def with_packs(world: World) -> None:
    for language, streets in STREETS.items():
        world.phrasebooks[language] = build_phrasebook(language, Vocabulary(streets, {}))  # type: ignore[assignment]


@pytest.mark.parametrize("language", ONE_BREATH)
@in_virtual_time
async def test_one_breath_in_each_language_fills_the_whole_ticket(language: str) -> None:
    async with World.open(aigul_201=Phone()) as world:
        with_packs(world)
        line = world.call(after("open", say(ONE_BREATH[language])), language=language, caller=None)
        await world.serve(line)
        fields = (await world.notes(line))["fields"]
        asked = ("street", "house", "flat", "topic")
        assert {name: (fields[name]["value"], fields[name]["ref"]) for name in asked} == {
            "street": ("Abay", "1"), "house": ("45", "145"), "flat": ("12", ""), "topic": ("heating", ""),
        }  # fmt: skip
        assert [fields["duration"]["value"]] == ["P2D"] if language != "en" else "duration" not in fields
        assert line.heard == ["greeting", "keys", "open", "goodbye"]


@in_virtual_time
async def test_a_correction_in_the_same_breath_is_taken() -> None:
    async with World.open(aigul_201=Phone()) as world:
        with_packs(world)
        line = world.call(
            after("open", say("улица абая дом сорок пять нет не сорок пять а сорок шесть нет отопления")),
            language="ru",
            caller=None,
        )
        await world.serve(line)
        assert (await world.notes(line))["fields"]["house"]["value"] == "46"


@in_virtual_time
async def test_one_word_to_an_answer_in_the_packaged_korean_fills_the_ticket() -> None:
    async with World.open(aigul_201=Phone()) as world:
        with_packs(world)
        world.directory.buildings[1, "9"] = 109
        line = world.call(
            after("street", say("나무")),
            after("house", say("아홉")),
            after("topic", say("난방")),
            language="ko",
            caller=None,
        )
        await world.serve(line)
        fields = (await world.notes(line))["fields"]
        assert {name: (note["value"], note["ref"]) for name, note in fields.items()} == {
            "street": ("Abay", "1"), "house": ("9", "109"), "topic": ("heating", ""),
        }  # fmt: skip
        assert line.heard == ["greeting", "keys", "street", "house", "topic", "goodbye"]


BACK = {
    "ru": ("на улице абая нет отопления", "дом сорок пятый"),
    "kk": ("абай көшесінде жылу жоқ", "қырық бесінші үй"),
    "uk": ("на вулиці абая немає опалення", "будинок сорок п'ять"),
    "en": ("no heating at abay street", "forty five"),
}


@pytest.mark.parametrize("language", BACK)
@in_virtual_time
async def test_the_missing_house_is_asked_for_with_the_street_read_back(language: str) -> None:
    async with World.open(aigul_201=Phone()) as world:
        with_packs(world)
        world.voice = TownVoice()
        first, house = BACK[language]
        line = world.call(after("open", say(first)), after("house", say(house)), language=language, caller=None)
        await world.serve(line)
        assert line.heard == ["greeting", "keys", "open", "said/1", "house", "goodbye"]
        fields = (await world.notes(line))["fields"]
        assert (fields["street"]["ref"], fields["house"]["ref"]) == ("1", "145")


YES = {"ru": "да всё верно", "kk": "иә дұрыс", "uk": "так", "en": "yes please"}
NO = {
    "ru": "нет дом сорок шесть",
    "kk": "жоқ қырық алтыншы үй",
    "uk": "ні будинок сорок шість",
    "en": "no house forty six",
}


@pytest.mark.parametrize("language", YES)
@pytest.mark.parametrize(("replies", "building"), [(YES, "145"), (NO, "146")])
@in_virtual_time
async def test_an_address_read_back_is_confirmed_or_corrected_in_the_callers_own_words(
    language: str, replies: dict[str, str], building: str
) -> None:
    async with World.open(aigul_201=Phone()) as world:
        with_packs(world)
        world.voice = voice = TownVoice()
        badly = " ".join(f"{word}?" for word in ONE_BREATH[language].split())
        world.ears.second[badly] = ""
        line = world.call(
            after("open", say(badly)), after("press/2", say(replies[language])), language=language, caller=None
        )
        await world.serve(line)
        assert voice.said[0] == ("Abay street, 45", language)
        fields = (await world.notes(line))["fields"]
        assert (fields["street"]["ref"], fields["house"]["ref"]) == ("1", building)
        assert fields["house"]["confidence"] >= 0.8


@in_virtual_time
async def test_a_correction_in_the_answer_to_a_later_question_is_taken() -> None:
    async with World.open(aigul_201=Phone()) as world:
        with_packs(world)
        line = world.call(
            after("open", say("улица абая дом сорок пять")),
            after("topic", say("нет отопления ой нет дом сорок шесть")),
            language="ru",
            caller=None,
        )
        await world.serve(line)
        fields = (await world.notes(line))["fields"]
        assert (fields["house"]["value"], fields["house"]["ref"]) == ("46", "146")
        assert fields["topic"]["value"] == "heating"
