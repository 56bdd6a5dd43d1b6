"""Every caller that Asterisk ever had is known, by his number, whatever was away meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from kezek_telephony.types import CallGone, Connected
from kit.asterisk import RunningAsterisk, running_asterisk, until
from kit.sip_agent import SipAgent, SipCall
from kit.telephony_office import Office, office, rest, staffed


@pytest.fixture
async def asterisk() -> AsyncIterator[RunningAsterisk]:
    async with running_asterisk() as running:
        yield running


def departed(desk: Office) -> list[CallGone]:
    return [event for event in desk.events if isinstance(event, CallGone)]


async def rings_in_vain(citizen: SipAgent, caller: str, **more: str) -> SipCall:
    call = await citizen.call("109", caller=caller, **more)
    await call.answered()
    return call


async def rows(asterisk: RunningAsterisk, family: str) -> list[str]:
    told = await asterisk.cli(f"database show {family}")
    return [line for line in told.splitlines() if line.startswith(f"/{family}/")]


async def test_who_came_and_left_while_nobody_listened_is_known_by_number(asterisk: RunningAsterisk) -> None:
    """P6: whom he called, and since when: enough for a line that never heard of him."""
    async with SipAgent.calling(asterisk) as citizen:
        for caller in ("77015550101", "+77015550102"):
            call = await rings_in_vain(citizen, caller)
            await call.hang_up()
        await until(lambda: len([1 for line in asterisk.database().splitlines() if "/kezek-gone/" in line]) == 2)
        assert await rows(asterisk, "kezek-here") == []
        async with office(asterisk) as desk:
            await until(lambda: len(departed(desk)) == 2)
            assert [(gone.caller, gone.dialled, gone.cut, gone.talked) for gone in departed(desk)] == [
                ("77015550101", "109", False, False),
                ("+77015550102", "109", False, False),
            ]
            assert all(gone.since > 1e9 for gone in departed(desk))


@pytest.mark.parametrize(
    ("told", "known"),
    [("7701%3A1%3A1", ""), ("abc77015550199", ""), ("%24%7BSHELL(id)%7D", ""), ("7(701)555-01-01", "77015550101"),
     ("1" * 60, ""), ("a)%7D%5D&%7C,%3A77%0D%0AX", "")],
)  # fmt: skip
async def test_a_number_that_is_none_is_nobodys(asterisk: RunningAsterisk, told: str, known: str) -> None:
    """A caller writes his own number: no row is spoilt by it, and no other citizen is called back for it."""
    async with SipAgent.calling(asterisk) as citizen:
        call = await rings_in_vain(citizen, told)
        await call.hang_up()
        async with office(asterisk) as desk:
            await until(lambda: departed(desk) != [])
            (gone,) = departed(desk)
            assert (gone.caller, gone.dialled) == (known, "109")
            assert not gone.by_fallback
            assert not gone.talked


async def test_whom_asterisk_dies_with_is_cut_and_known_by_number(asterisk: RunningAsterisk) -> None:
    """P6: nobody listened, neither when he came nor when the power went. Whoever comes afterwards is not cut."""
    async with SipAgent.calling(asterisk) as citizen:
        await rings_in_vain(citizen, "77015550101")
        await until(lambda: "/kezek-here/" in asterisk.database(), what="on the disk")
        await asterisk.kill()
        await asterisk.start()
        await rings_in_vain(citizen, "77015550102")
        async with office(asterisk) as desk:
            await until(lambda: departed(desk) != [])
            (cut,) = departed(desk)
            assert (cut.caller, cut.dialled, cut.cut) == ("77015550101", "109", True)
            board = desk.telephony.switchboard
            assert cut.since < board.started + 1  # whole seconds
            (live,) = await board.live_calls()
            assert board.started <= live.since


async def test_a_talk_that_ended_while_nobody_listened_is_known_as_one(asterisk: RunningAsterisk) -> None:
    async with staffed(asterisk) as (desk, phone, citizen):
        for leaves in ("citizen", "operator"):
            call, line = await desk.caller(citizen)
            following = asyncio.ensure_future(rest(desk.ring(line, "1001", 1)))
            ring = await phone.rings()
            ring.answer()
            await until(lambda ring=ring: ring.sound.packets > 10, what="a talk")
            await (call if leaves == "citizen" else ring).hang_up()
            assert Connected() in await following
            if leaves == "operator":
                await call.hang_up()
            await until(lambda line=line: line.arrival.call in {gone.call for gone in departed(desk)})
        assert [gone.talked for gone in departed(desk)] == [True, True]
    async with office(asterisk) as again:
        await until(lambda: len(departed(again)) == 2)
        assert [gone.talked for gone in departed(again)] == [True, True]


async def test_what_the_line_was_told_is_swept_and_nothing_else(
    asterisk: RunningAsterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kezek_telephony.gone.KEPT_S", 0.0)
    async with SipAgent.calling(asterisk) as citizen, office(asterisk) as desk:
        board = desk.telephony.switchboard
        for _ in range(2):
            await (await rings_in_vain(citizen, "77015550101")).hang_up()
        await until(lambda: len(departed(desk)) == 2)
        assert len(await rows(asterisk, "kezek-gone")) == 2
        told, owed = departed(desk)
        board.settle(told)
        await (await rings_in_vain(citizen, "77015550101")).hang_up()
        await until(lambda: (rows := asterisk.database()) and told.call not in rows, what="swept")
        assert any(owed.call in row for row in await rows(asterisk, "kezek-gone"))
