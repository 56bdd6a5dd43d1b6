"""A caller at one Asterisk, an operator's phone at another: rung, refused, heard, held."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from kezek_telephony import Connected, Held, NotTaken, Phone, Resumed, Ringing, TalkEnded
from kit.asterisk import RunningAsterisk
from kit.sip_agent import SipAgent
from kit.telephony_office import Office, always, office
from kit.tones import hears
from kit.two_nodes import two_asterisks


async def reaches(desk: Office, wanted: bool = True) -> None:
    async with asyncio.timeout(15):
        while await desk.telephony.switchboard.peers.reaches("b") is not wanted:  # noqa: ASYNC110 - Asterisk is asked
            await asyncio.sleep(0.05)


@pytest.fixture
async def two() -> AsyncIterator[dict[str, RunningAsterisk]]:
    async with two_asterisks() as running:
        yield running


async def test_a_phone_at_another_exchange_is_rung_and_heard_and_holds(two: dict[str, RunningAsterisk]) -> None:
    async with (
        office(two["a"]) as desk,
        SipAgent.line(two["a"]) as citizen,
        SipAgent.phone(two["b"], "201") as phone,
        SipAgent.phone(two["a"], "202") as local,
    ):
        await reaches(desk)
        call, line = await desk.caller(citizen)
        assert line.arrival.exchange == "a"

        steps = desk.telephony.switchboard.ring(
            line, phones=[Phone("201", "b"), Phone("202", "a")], offer=1, seconds=20, still_ours=always
        )
        assert await anext(steps) == Ringing()
        ring = await phone.rings()
        assert ring.number.startswith("201")
        await local.rings()
        ring.answer()
        assert await anext(steps) == Connected("201")
        await hears(ring, call)
        await hears(call, ring)

        _, waiting = await desk.caller(citizen)
        busy = desk.telephony.switchboard.ring(
            waiting, phones=[Phone("201", "b")], offer=2, seconds=5, still_ours=always
        )
        assert [step async for step in busy] == [NotTaken("busy")]

        ring.hold()
        assert await anext(steps) == Held()
        ring.hold(False)
        assert await anext(steps) == Resumed()
        await desk.telephony.switchboard.hold(line)
        assert await anext(steps) == Held()
        await desk.telephony.switchboard.resume(line)
        assert await anext(steps) == Resumed()
        await ring.hang_up()
        last = await anext(steps)
        assert isinstance(last, TalkEnded)
        assert last.caller_stays


async def test_what_another_exchange_says_of_a_phone(two: dict[str, RunningAsterisk]) -> None:
    """P16: declined, not there, and nothing but a phone is reached."""
    async with (
        office(two["a"]) as desk,
        SipAgent.line(two["a"]) as citizen,
        SipAgent.phone(two["b"], "201") as phone,
    ):
        await reaches(desk)
        _, line = await desk.caller(citizen)

        async def rung(name: str, offer: int) -> list[object]:
            phones = [Phone(name, "b")]
            ring = desk.telephony.switchboard.ring(line, phones=phones, offer=offer, seconds=5, still_ours=always)
            return [step async for step in ring]

        ringing = asyncio.ensure_future(rung("201", 1))
        (await phone.rings()).decline()
        assert await ringing == [Ringing(), NotTaken("declined")]
        for offer, name in enumerate(("202", "trunk", "line", "loopback", "kezek-peer-a", "109"), 2):
            assert await rung(name, offer) == [NotTaken("unreachable")], name


async def test_a_manager_hears_an_operator_who_sits_at_another_exchange(two: dict[str, RunningAsterisk]) -> None:
    async with (
        office(two["a"]) as desk,
        SipAgent.line(two["a"]) as citizen,
        SipAgent.phone(two["b"], "201") as phone,
        SipAgent.phone(two["b"], "202") as manager,
    ):
        board = desk.telephony.switchboard
        await reaches(desk)
        call, line = await desk.caller(citizen)
        steps = board.ring(line, phones=[Phone("201", "b")], offer=1, seconds=20, still_ours=always)
        assert await anext(steps) == Ringing()
        ring = await phone.rings()
        ring.answer()
        assert await anext(steps) == Connected()
        leg = await board.supervise(line.arrival.call, "201", phone=Phone("202", "b"), mode="listen")
        ear = await manager.rings()
        ear.answer()
        await hears(ear, ring, call)
        await board.stop_supervising(leg)
        await ear.ended()
        assert ring.talking


async def test_an_exchange_that_dies_is_noticed_and_its_talks_are_over(two: dict[str, RunningAsterisk]) -> None:
    async with office(two["a"]) as desk, SipAgent.line(two["a"]) as citizen, SipAgent.phone(two["b"], "201") as phone:
        board = desk.telephony.switchboard
        await reaches(desk)
        _, line = await desk.caller(citizen)
        steps = board.ring(line, phones=[Phone("201", "b")], offer=1, seconds=20, still_ours=always)
        assert await anext(steps) == Ringing()
        (await phone.rings()).answer()
        assert await anext(steps) == Connected()
        await two["b"].kill()
        await reaches(desk, False)
        await board.peers.drop("b")
        last = [step async for step in steps][-1]
        assert isinstance(last, TalkEnded)
        assert last.caller_stays
        again = board.ring(line, phones=[Phone("201", "b")], offer=2, seconds=20, still_ours=always)
        assert [step async for step in again] == [NotTaken("unreachable")]
        await two["b"].start()
        await reaches(desk)
