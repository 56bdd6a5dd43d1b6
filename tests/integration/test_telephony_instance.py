"""A written instance runs: who may call what, phones added while it runs, a caller that is not of our making."""

from __future__ import annotations

import asyncio
import re
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kit.asterisk import RunningAsterisk, free_port, running_asterisk, until
from kit.sip_agent import SipAgent
from kit.sipp import sipp_call
from kit.telephony_office import office


@pytest.fixture(scope="module")
async def asterisk() -> AsyncIterator[RunningAsterisk]:
    async with running_asterisk(numbers=["109", "1510"]) as running:
        yield running


async def test_it_boots_without_a_complaint(asterisk: RunningAsterisk) -> None:
    said = [line for line in asterisk.log().splitlines() if "WARNING" in line or "ERROR" in line]
    assert said == []


async def test_a_phone_added_while_it_runs_can_register_and_the_others_stay(asterisk: RunningAsterisk) -> None:
    async with office(asterisk) as desk, SipAgent.phone(asterisk, "1001"):
        asterisk.phones = {**asterisk.phones, "1044": "pw-1044"}
        await asterisk.instance.write_phones(asterisk.phones)
        async with SipAgent.phone(asterisk, "1044"):
            await until(lambda: {"1001", "1044"} <= desk.telephony.switchboard.registered())
    assert (asterisk.instance.folder / "etc/kezek-phones.conf").stat().st_mode & 0o077 == 0


async def test_a_phone_moves_into_the_browser_and_back_while_it_runs() -> None:
    async with running_asterisk(ws_port=free_port(), browser_phones=frozenset({"1002"})) as asterisk:
        said = [line for line in asterisk.log().splitlines() if "WARNING" in line or "ERROR" in line]
        assert said == []

        async def in_browsers() -> str:
            shown = {phone: await asterisk.cli(f"pjsip show endpoint {phone}") for phone in ("1001", "1002")}
            return " ".join(phone for phone, text in shown.items() if re.search(r"webrtc +: yes", text))

        assert await in_browsers() == "1002"
        await asterisk.instance.write_phones(asterisk.phones, {"1001"})
        async with asyncio.timeout(10):
            while await in_browsers() != "1001":  # noqa: ASYNC110 - nothing announces the end of a reload
                await asyncio.sleep(0.1)
        async with SipAgent.phone(asterisk, "1002"):
            pass


async def test_each_short_number_reaches_the_hotline_and_no_other_number_does(asterisk: RunningAsterisk) -> None:
    async with office(asterisk) as desk, SipAgent.calling(asterisk) as citizen:
        for number in ("109", "1510"):
            call = await citizen.call(number)
            await call.answered()
            assert (await desk.lines.get()).arrival.dialled == number
            await call.hang_up()
        call = await citizen.call("1001")
        await call.ended()
        assert call.status == 404


async def test_a_call_has_its_moment_and_its_caller(asterisk: RunningAsterisk) -> None:
    async with office(asterisk) as desk, SipAgent.calling(asterisk) as citizen:
        _, line = await desk.caller(citizen, caller="+77015550102")
        assert line.arrival.caller == "+77015550102"
        assert line.arrival.call.startswith("kezek-")
        assert not line.arrival.resumed
        assert line.arrival.since % 1 != 0  # milliseconds are kept
        _, hidden = await desk.caller(citizen, caller="anonymous")
        assert hidden.arrival.caller is None


async def test_a_story_is_taken_from_loopback_and_cleaned(asterisk: RunningAsterisk) -> None:
    async with office(asterisk) as desk, SipAgent.calling(asterisk) as citizen:
        call = await citizen.call("109", headers={"X-Kezek-Story": "tok_3n-1;${SHELL(id)}"})
        await call.answered()
        assert (await desk.lines.get()).arrival.story == "tok_3n-1SHELLid"
        _, softphone = await desk.caller(citizen, number="109*0123456789")
        assert (softphone.arrival.story, softphone.arrival.dialled) == ("0123456789", "109")
        _, line = await desk.caller(citizen)
        assert line.arrival.story is None


async def test_a_softphone_may_call_as_a_citizen_with_its_password_alone(asterisk: RunningAsterisk) -> None:
    async with office(asterisk) as desk, SipAgent.line(asterisk) as citizen:
        call = await citizen.call("109", caller="line", headers={"X-Kezek-Story": "forged"})
        await call.answered()
        assert (await desk.lines.get()).arrival.story is None
    async with SipAgent.line(asterisk, password="guessed") as stranger:
        call = await stranger.call("109", caller="line")
        await call.ended()
        assert call.status == 401


async def test_nobody_becomes_the_exchange_by_a_name(asterisk: RunningAsterisk) -> None:
    """From: loopback is no password: such a caller is known by the address, and is a caller like others."""
    async with office(asterisk) as desk, SipAgent.calling(asterisk) as citizen:
        call = await citizen.call("109", caller="loopback")
        await call.answered()
        assert (await desk.lines.get()).arrival.caller is None


async def test_sipp_calls_says_and_presses(asterisk: RunningAsterisk, tmp_path: Path) -> None:
    file = tmp_path / "tone.wav"
    with wave.open(str(file), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\x00\x20\x00\xe0" * 4000)
    async with office(asterisk) as desk, sipp_call(asterisk, says=file, seconds=1, digits="7", name="SIPp") as caller:
        async with asyncio.timeout(15):
            line = await desk.lines.get()
            assert await line.digit(10) == "7"
            assert line.arrival.caller_name == "SIPp"
            assert await caller.wait() == 0
