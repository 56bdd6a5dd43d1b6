"""Emergencies, supervision, recording and wrap-up, whole: pages, phones, a real Asterisk, a real node."""

from __future__ import annotations

import asyncio
import io
import wave
from array import array
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kezek_register import Register
from kit.api import until
from kit.sip_call import SipCall
from kit.tones import deaf_to, heard, hears, music, strength, tone, unheard
from kit.valkey import Valkey
from kit.whole import City, hotline

pytestmark = pytest.mark.timeout(90)


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory, town: Path, valkey: Valkey) -> AsyncIterator[City]:
    async with hotline(tmp_path_factory.mktemp("city"), town, valkey, "whole-supervision") as made:
        yield made


async def test_an_emergency_rings_several_and_the_first_who_picks_up_has_it(city: City) -> None:
    """P14: the others' pops go at once, and nobody is paused for it."""
    async with (
        city.citizens() as street,
        city.seated("asel") as asel,
        city.seated("berik") as berik,
        city.seated("chingiz") as chingiz,
    ):
        citizen = await street.dials(caller="+77010000011", press="9")
        rings = [await seat.phone.rings() for seat in (asel, berik, chingiz)]
        for seat in (asel, berik, chingiz):
            await seat.shows(phase="ringing")
        rings[1].answer()
        picked_up = asyncio.get_running_loop().time()
        for seat in (asel, chingiz):
            await seat.cleared()
        assert asyncio.get_running_loop().time() - picked_up < 0.3
        for seat, ring in ((asel, rings[0]), (chingiz, rings[2])):
            await ring.ended()
            await seat.state("ready")
            assert [why["why"] for why in seat.gone] == ["taken_back"]
            assert "paused" not in [state for _, state, reason in seat.states if reason != "signed_in"]
        await berik.shows(phase="talking")
        await hears(citizen, rings[1])
        await hears(rings[1], citizen)
        assert asel.phone.quiet
        await citizen.hang_up()
        await berik.done()


async def test_of_several_who_ring_one_may_decline_and_a_caller_who_leaves_blames_nobody(city: City) -> None:
    async with (
        city.citizens() as street,
        city.seated("asel") as asel,
        city.seated("berik") as berik,
    ):
        citizen = await street.dials(caller="+77030000003", press="9")
        rings = [await seat.phone.rings() for seat in (asel, berik)]
        pop = await asel.shows(phase="ringing")
        await asel.does("POST", "/api/operator/decline", {"call": pop["call"], "offer": pop["offer"]})
        await rings[0].ended()
        await asel.state("paused")
        await asel.cleared()
        await berik.shows(phase="ringing")
        assert not rings[1].over
        await citizen.hang_up()
        await rings[1].ended()
        await berik.cleared()
        assert berik.gone[-1]["why"] == "caller_left"
        assert (await berik.state("ready"))["reason"] == ""


async def test_the_head_listens_whispers_and_barges_until_the_talk_ends(city: City) -> None:
    async with city.citizens() as street, city.seated("asel") as asel, city.head(phone=True) as head:
        citizen, ring = await street.talks(asel, "+77010000012")
        supervision = {"operator": "asel", "mode": "listen"}
        await head.does("POST", "/api/supervision", supervision)
        ear = await head.phone.rings()
        ear.answer()
        await hears(ear, citizen, ring)
        await unheard(ear, citizen, ring)
        await head.does("POST", "/api/supervision", {**supervision, "mode": "whisper"})
        await hears(ring, ear)
        await deaf_to(citizen, ear, ring)
        await head.does("POST", "/api/supervision", {**supervision, "mode": "barge"})
        await hears(citizen, ear)
        await hears(ring, ear)
        await hears(ear, citizen, ring)
        await citizen.hang_up()
        await ear.ended()
        assert await head.refused("/api/supervision", supervision) == (409, "not_allowed")


async def test_the_head_goes_along_into_a_conference(city: City) -> None:
    async with city.citizens() as street, city.seated("asel") as asel, city.head(phone=True) as head:
        citizen, ring = await street.talks(asel, "+77030000001")
        async with city.seated("berik") as berik:
            await asel.with_call("consult", {"operator": "berik"})
            asked = await berik.phone.rings()
            asked.answer()
            await asel.shows(aside={"to": "operator:berik", "name": "Berik", "state": "talking"})
            await head.does("POST", "/api/supervision", {"operator": "asel", "mode": "listen"})
            ear = await head.phone.rings()
            ear.answer()
            await hears(ear, ring, asked)
            await asel.with_call("consult/join")
            await hears(ear, ring, asked, citizen)
            await head.does("POST", "/api/supervision", {"operator": "asel", "mode": "barge"})
            for listener in (citizen, ring, asked):
                await hears(listener, ear)
            await head.does("DELETE", "/api/supervision")
            await ear.ended()
            await hears(citizen, ring, asked)
            await citizen.hang_up()
            await berik.state("wrap_up")


async def test_a_talk_is_recorded_through_a_transfer_but_not_where_the_operator_wished_otherwise(city: City) -> None:
    """Heard by the head alone, and the audit knows it."""
    async with city.citizens() as street, city.seated("asel") as asel, city.head() as head:
        citizen, ring = await street.talks(asel, "+77030000002")
        call = (await asel.shows(recording="on"))["call"]
        await says(citizen, ring, 900)
        await until(lambda: on_tape(city, citizen, 900), 20)
        await asel.with_call("recording", {"on": False})
        await asel.shows(recording="off")
        await says(citizen, ring, 1100)
        await asel.with_call("recording", {"on": True})
        await asel.shows(recording="on")
        await says(ring, citizen, 1300)
        await until(lambda: on_tape(city, ring, 1300), 20)
        async with city.seated("berik") as berik:
            await asel.with_call("transfer", {"operator": "berik"})
            second = await berik.phone.rings()
            second.answer()
            await berik.shows(phase="talking", recording="on")
            await says(second, citizen, 1500)
            await until(lambda: on_tape(city, second, 1500), 20)  # it goes on a moment after the first word
            await citizen.hang_up()
            await berik.state("wrap_up")
        await city.row(head, lambda row: row["call"] == call and row["end"] and row["recording"])
        answer = await head.tries("GET", f"/api/recordings/{call}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
        assert [recorded(answer.content, hertz) for hertz in (900, 1100, 1300, 1500)] == [True, False, True, True]
        assert (await asel.tries("GET", f"/api/recordings/{call}")).status_code in (401, 403)
    async with Register.open(city.settings.sql) as register:
        now = datetime.now(UTC)
        looks = await register.audit.list(now - timedelta(minutes=2), now + timedelta(minutes=1))
    assert ("dina", "recording", call) in [(look.login, look.what, look.subject) for look in looks]


async def says(speaker: SipCall, listener: SipCall, hertz: float) -> None:
    """Something long enough to be found again in a recording, to its end; once more, should nobody have looked while it
    was heard."""

    def reaches() -> bool:
        if speaker.sound.silent:
            speaker.say(tone(hertz, 0.6))
        return strength(heard(listener), hertz) > 0.5

    await until(reaches, 20)
    await until(lambda: speaker.sound.silent)


def on_tape(city: City, speaker: SipCall, hertz: float) -> bool:
    """In the file that is being written. Said again until it is: a word of a busy machine's may be torn on the way."""
    if speaker.sound.silent:
        speaker.say(tone(hertz, 0.6))
    tapes = city.settings.recordings_folder.rglob("*.wav")
    tape = max(tapes, key=lambda file: file.stat().st_mtime).read_bytes()[44:]  # behind the header
    return found(array("h", tape[: len(tape) // 2 * 2]), hertz)


def recorded(content: bytes, hertz: float) -> bool:
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        return found(array("h", file.readframes(file.getnframes())), hertz)


def found(samples: array[int], hertz: float) -> bool:
    return any(strength(samples[at : at + 1600], hertz) > 0.5 for at in range(0, len(samples) - 1600, 800))


async def test_a_wrap_up_is_prolonged_and_nobody_rings_before_its_end(city: City) -> None:
    """P4: through a transfer too."""
    async with city.citizens() as street, city.seated("asel") as asel:
        citizen, _ = await street.talks(asel, "+77010000014")
        async with city.seated("berik") as berik:
            await asel.with_call("transfer", {"operator": "berik"})
            (await berik.phone.rings()).answer()
            await berik.shows(phase="talking")
            before = await asel.state("wrap_up")
            after = await asel.does("POST", "/api/operator/wrap-up/extend", {"seconds": 60})
            assert seconds_between(before["until"], after["until"]) == pytest.approx(60, abs=0.01)
            assert after["extensions_left"] == before["extensions_left"] - 1
            await asel.does("POST", "/api/operator/wrap-up/extend", {"seconds": 60})
            assert await asel.refused("/api/operator/wrap-up/extend", {"seconds": 60}) == (409, "not_allowed")
            other = await street.dials(caller="+77010000015")
            await music(other)
            assert asel.phone.quiet
            assert asel.operator["state"] == "wrap_up"
            await asel.does("POST", "/api/operator/wrap-up/done")
            (await asel.phone.rings()).answer()
            await asel.shows(phase="talking")
            await citizen.hang_up()
            await other.hang_up()


def seconds_between(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
