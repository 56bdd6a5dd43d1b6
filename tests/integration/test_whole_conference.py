"""Three in one talk, and what becomes of it when one of them goes, whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kit.tones import hears, music
from kit.valkey import Valkey
from kit.whole import City, hotline
from kit.whole_talks import consulting

pytestmark = pytest.mark.timeout(90)


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory, town: Path, valkey: Valkey) -> AsyncIterator[City]:
    async with hotline(tmp_path_factory.mktemp("city"), town, valkey, "whole-conference") as made:
        yield made


async def test_three_confer_and_the_caller_stays_with_the_colleague(city: City) -> None:
    async with city.citizens() as street, city.seated("asel") as asel, city.head() as head:
        citizen, ring = await street.talks(asel, "+77010000006")
        async with city.seated("berik") as berik:
            asked = await consulting(asel, berik, citizen, ring)
            await asel.with_call("consult/join")
            await asel.shows(aside={"to": "operator:berik", "name": "Berik", "state": "joined"})
            await hears(citizen, ring, asked)
            await hears(asked, citizen, ring)
            await hears(ring, citizen, asked)
            await asel.with_call("consult/complete")
            await asel.state("wrap_up")
            await ring.ended()
            call = (await berik.shows(phase="talking", role="owner"))["call"]
            await hears(citizen, asked)
            await hears(asked, citizen)
            await asel.done()
            await citizen.hang_up()
            await berik.done()
            row = await city.row(head, lambda row: row["call"] == call and row["end"] and row["ticket"])
    assert [(leg["operator"], leg["how"]) for leg in row["legs"]] == [("asel", "handed_over"), ("berik", "finished")]


async def test_a_talk_goes_on_after_a_conference_with_whoever_stays(city: City) -> None:
    """The one asked leaves: all is as before. The owner leaves by his phone's key: the other one is the owner."""
    async with city.citizens() as street, city.seated("asel") as asel:
        citizen, ring = await street.talks(asel, "+77010000016")
        async with city.seated("berik") as berik:
            asked = await consulting(asel, berik, citizen, ring)
            await asel.with_call("consult/join")
            await hears(citizen, ring, asked)
            await asked.hang_up()
            await asel.shows(aside=None)
            await berik.done()
            await asel.with_call("hold")
            await asel.shows(held=True)
            await music(citizen)
            await asel.with_call("resume")
            await asel.shows(held=False)
            await hears(citizen, ring)
            await berik.state("ready")
            asked = await consulting(asel, berik, citizen, ring)
            await asel.with_call("consult/join")
            await asel.shows(aside={"to": "operator:berik", "name": "Berik", "state": "joined"})
            await ring.hang_up()
            await asel.state("wrap_up")
            await berik.shows(phase="talking", role="owner", aside=None)
            await hears(citizen, asked)
            await berik.with_call("hold")
            await berik.shows(held=True)
            await music(citizen)
            await asked.hang_up()
            await citizen.ended()
            await berik.state("wrap_up")


async def test_a_call_given_away_while_a_colleague_is_asked_frees_him_too(city: City) -> None:
    async with city.citizens() as street, city.seated("asel") as asel:
        citizen, ring = await street.talks(asel, "+77010000017")
        async with city.seated("berik") as berik:
            asked = await consulting(asel, berik, citizen, ring)
            async with city.seated("chingiz") as chingiz:
                await asel.with_call("transfer", {"queue": "rescue"})
                await ring.ended()
                await asked.ended()
                await asel.state("wrap_up")
                await berik.state("wrap_up")
                third = await chingiz.phone.rings()
                third.answer()
                await chingiz.shows(phase="talking", role="owner", aside=None, transferred_by="asel")
                await hears(citizen, third)
                await citizen.hang_up()
