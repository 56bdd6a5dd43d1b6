"""Whole calls with the real language packs: what citizens say becomes fields, in each language."""

from __future__ import annotations

import pytest

from kezek_speech.phrasebook import build_phrasebook
from kezek_speech.types import Vocabulary
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
