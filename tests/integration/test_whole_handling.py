"""What operators do with a talk, whole: pages, phones, a real Asterisk, a real node, the history."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kezek_api.demo.softphone import SipAccount, Softphone, softphone
from kit.api import until
from kit.asterisk import PREFIX
from kit.tones import heard, hears, music, strength, tone
from kit.valkey import Valkey
from kit.whole import PHONES, City, hotline
from kit.whole_talks import consulting

pytestmark = pytest.mark.timeout(90)


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory, town: Path, valkey: Valkey) -> AsyncIterator[City]:
    async with hotline(tmp_path_factory.mktemp("city"), town, valkey, "whole-handling") as made:
        yield made


async def test_a_call_given_to_a_colleague_comes_with_its_context_and_is_one_call(city: City) -> None:
    """P5: two legs and one ticket; P4: the giver wraps up, and nobody rings him meanwhile."""
    async with city.citizens() as street, city.seated("asel") as asel, city.head() as head:
        citizen, ring = await street.talks(asel, "+77010000001")
        async with city.seated("berik") as berik:
            fields = {"house": "8", "topic": "heating", "note": "keeps cold"}
            await asel.does("PUT", f"/api/calls/{asel.pop['call']}/fields", fields)
            given = await asel.shows(note="keeps cold")
            await asel.with_call("transfer", {"operator": "berik"})
            await asel.state("wrap_up")
            await ring.ended()
            second = await berik.phone.rings()
            await music(citizen)
            pop = await berik.shows(phase="ringing", transferred_by="asel")
            assert (pop["call"], pop["fields"], pop["note"]) == (given["call"], given["fields"], given["note"])
            second.answer()
            await berik.shows(phase="talking")
            await hears(citizen, second)
            await hears(second, citizen)
            await asel.done()
            await citizen.hang_up()
            await berik.done()
        row = await city.row(head, lambda row: row["call"] == given["call"] and row["end"] and row["ticket"])
        assert [(leg["operator"], leg["how"]) for leg in row["legs"]] == [
            ("asel", "transferred"),
            ("berik", "finished"),
        ]
        assert row["end"] == "answered"
        tickets = (await head.does("GET", "/api/tickets"))["tickets"]
        assert len([ticket for ticket in tickets if ticket["call"] == given["call"]]) == 1


async def test_a_call_given_to_a_queue_is_taken_by_somebody_of_that_queue(city: City) -> None:
    async with city.citizens() as street, city.seated("asel") as asel, city.head() as head:
        citizen, _ = await street.talks(asel, "+77010000002")
        async with city.seated("chingiz") as chingiz:
            await asel.with_call("transfer", {"queue": "rescue"})
            second = await chingiz.phone.rings()
            pop = await chingiz.shows(phase="ringing", transferred_by="asel")
            second.answer()
            await chingiz.shows(phase="talking")
            await hears(citizen, second)
            await second.hang_up()
            await citizen.ended()
            row = await city.row(head, lambda row: row["call"] == pop["call"] and row["end"])
    assert [(leg["operator"], leg["queue"]) for leg in row["legs"]] == [("asel", "hotline"), ("chingiz", "rescue")]


async def test_a_call_is_given_to_a_number_outside(city: City) -> None:
    async with city.citizens() as street, city.seated("asel") as asel, city.head() as head, city.trunk() as world:
        citizen, ring = await street.talks(asel, "+77010000003")
        call = asel.pop["call"]
        await asel.with_call("transfer", {"number": "101"})
        outside = await world.rings()
        assert outside.number == "101"
        await asel.state("wrap_up")
        await ring.ended()
        await music(citizen)
        outside.answer()
        await hears(citizen, outside)
        await hears(outside, citizen)
        await outside.hang_up()
        await citizen.ended()
        row = await city.row(head, lambda row: row["call"] == call and row["end"])
        assert (row["end"], len(row["legs"])) == ("answered", 1)


async def test_who_finds_nobody_outside_is_back_in_the_line_and_served(city: City) -> None:
    async with city.citizens() as street, city.seated("asel") as asel, city.trunk() as world:
        citizen, _ = await street.talks(asel, "+77010000004")
        await asel.with_call("transfer", {"number": "101"})
        (await world.rings()).decline(486, "Busy Here")
        await music(citizen)
        async with city.seated("berik") as berik:
            second = await berik.phone.rings()
            second.answer()
            await berik.shows(phase="talking", note="")
            await hears(citizen, second)
            await citizen.hang_up()
            await berik.state("wrap_up")


async def test_a_colleague_is_asked_and_the_caller_comes_back(city: City) -> None:
    async with city.citizens() as street, city.seated("asel") as asel, city.head() as head:
        citizen, ring = await street.talks(asel, "+77010000005")
        async with city.seated("berik") as berik:
            asked = await consulting(asel, berik, citizen, ring)
            assert asel.pop is not None
            call = asel.pop["call"]
            assert await asel.refused(f"/api/calls/{call}/hold") == (409, "not_allowed"), "the caller waits already"
            await asel.with_call("consult/cancel")
            await asked.ended()
            await asel.shows(aside=None)
            await hears(citizen, ring)
            await berik.done()
            await citizen.hang_up()
            await asel.done()
            row = await city.row(head, lambda row: row["call"] == call and row["end"])
    assert {(leg["operator"], leg["how"]) for leg in row["legs"]} == {("asel", "finished"), ("berik", "helper")}


async def test_a_colleague_who_declines_leaves_the_talk_as_it_was(city: City) -> None:
    async with city.citizens() as street, city.seated("asel") as asel:
        citizen, ring = await street.talks(asel, "+77010000007")
        async with city.seated("berik") as berik:
            await asel.with_call("consult", {"operator": "berik"})
            asked = await berik.phone.rings()
            pop = await berik.shows(phase="ringing", role="helper")
            await berik.does("POST", "/api/operator/decline", {"call": pop["call"], "offer": pop["offer"]})
            await asked.ended()
            await berik.state("paused")
            await asel.shows(aside=None, phase="talking")
            await hears(citizen, ring)
            await berik.ready()
            await asel.with_call("consult", {"operator": "berik"})
            (await berik.phone.rings()).decline()  # by the phone's own key
            await berik.state("paused")
            await asel.shows(aside=None, phase="talking")
            await hears(citizen, ring)


async def test_a_caller_who_leaves_while_a_colleague_is_asked_ends_the_talk_for_both(city: City) -> None:
    async with city.citizens() as street, city.seated("asel") as asel:
        citizen, ring = await street.talks(asel, "+77010000008")
        async with city.seated("berik") as berik:
            asked = await consulting(asel, berik, citizen, ring)
            await citizen.hang_up()
            await ring.ended()
            await asked.ended()
            await asel.state("wrap_up")
            await berik.state("wrap_up")


async def test_somebody_outside_is_asked_and_takes_the_caller(city: City) -> None:
    async with city.citizens() as street, city.seated("asel") as asel, city.head() as head, city.trunk() as world:
        citizen, ring = await street.talks(asel, "+77010000009")
        call = asel.pop["call"]
        await asel.with_call("consult", {"number": "104"})
        outside = await world.rings()
        await asel.shows(aside={"to": "number:104", "name": "104", "state": "ringing"})
        outside.answer()
        await asel.shows(aside={"to": "number:104", "name": "104", "state": "talking"})
        await hears(outside, ring)
        await music(citizen)
        await asel.with_call("consult/complete")
        await asel.done()
        await hears(citizen, outside)
        await hears(outside, citizen)
        await outside.hang_up()
        await citizen.ended()
        row = await city.row(head, lambda row: row["call"] == call and row["end"])
        assert (row["end"], [leg["operator"] for leg in row["legs"]]) == ("answered", ["asel"])


async def test_a_softphone_of_another_make_holds_and_gives_away(city: City, tmp_path: Path) -> None:
    """baresip, an ordinary telephone, handled from the page alone."""
    wav = tmp_path / "says.wav"
    with wave.open(str(wav), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(tone(600, 30))
    account = SipAccount("1003", f"127.0.0.1:{city.asterisk.sip_port}", PHONES["1003"])
    async with (
        softphone(PREFIX / "bin" / "baresip", account, wav) as handset,
        city.citizens() as street,
        city.seated("chingiz", phone=False) as chingiz,
    ):
        citizen = await street.dials(caller="+77010000018")
        await chingiz.shows(phase="ringing")
        await until_event(handset, "CALL_INCOMING")
        await handset.accept()
        await chingiz.shows(phase="talking")
        await until(lambda: strength(heard(citizen), 600) > 0.5)
        await chingiz.with_call("hold")
        await chingiz.shows(held=True)
        await until(lambda: strength(heard(citizen), 600) < 0.2)
        await chingiz.with_call("resume")
        await chingiz.shows(held=False)
        await until(lambda: strength(heard(citizen), 600) > 0.5)
        async with city.seated("berik") as berik:
            await chingiz.with_call("transfer", {"operator": "berik"})
            await until_event(handset, "CALL_CLOSED")
            second = await berik.phone.rings()
            second.answer()
            await hears(citizen, second)
            await citizen.hang_up()
            await berik.state("wrap_up")


async def until_event(phone: Softphone, kind: str) -> None:
    async with asyncio.timeout(15):
        while (await phone.event()).get("type") != kind:
            pass


async def test_a_plain_phone_holds_from_the_page_and_the_history_knows_for_how_long(city: City) -> None:
    async with city.citizens() as street, city.seated("asel") as asel, city.head() as head:
        citizen, ring = await street.talks(asel, "+77010000010")
        call = asel.pop["call"]
        await asel.with_call("hold")
        await asel.shows(held=True)
        await music(citizen)
        await asel.with_call("resume")
        await asel.shows(held=False)
        await hears(citizen, ring)
        await hears(ring, citizen)
        ring.hold()  # the phone's own key does the same
        await asel.shows(held=True)
        await music(citizen)
        ring.hold(False)
        await asel.shows(held=False)
        await hears(citizen, ring)
        await citizen.hang_up()
        await asel.done()
        row = await city.row(head, lambda row: row["call"] == call and row["end"])
    (leg,) = row["legs"]
    assert leg["hold_s"] > 0.7, "twice, for as long as it took to hear music"
    assert leg["talk_s"] > 0, "without the hold"
