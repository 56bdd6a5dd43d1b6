"""Citizens who are dialled: never twice, with an honest end, and the number of the hotline shown."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest

from kezek_api.drill.relay import Relay
from kezek_telephony.types import Answered, CallGone, LinkDown, NotReached, NotTaken, Outside, Refused, Ringing
from kit.asterisk import RunningAsterisk, running_asterisk, until
from kit.sip_agent import SipAgent
from kit.telephony_office import Office, office, rest
from kit.telephony_steps import Steps

CITIZEN = Outside("+77010000009")


@pytest.fixture(scope="module")
async def asterisk() -> AsyncIterator[RunningAsterisk]:
    async with running_asterisk() as running:
        yield running


def dial(desk: Office, call: str, to: Outside = CITIZEN, seconds: int = 20) -> Steps:
    board = desk.telephony.switchboard
    return Steps(board.dial(call, to, since=1_800_000_000.0, language="kk", seconds=seconds))


async def test_two_nodes_cannot_dial_one_citizen(asterisk: RunningAsterisk) -> None:
    """P8: Asterisk refuses the second channel of one name, while it rings and while it talks."""
    other = dataclasses.replace(asterisk.settings, fastagi_port=0)
    async with (
        office(asterisk) as one,
        office(asterisk, other) as two,
        SipAgent.trunk(asterisk, asterisk.trunk_port) as trunk,
    ):
        first = dial(one, "call-1")
        ring = await trunk.rings()
        assert ring.number == CITIZEN.number
        assert "<sip:109@" in ring.invite.get("From")  # type: ignore[union-attr]
        with pytest.raises(Refused):
            await dial(two, "call-1").all()
        ring.answer()
        assert await first.all() == [Ringing(), Answered()]
        line = await one.lines.get()
        with pytest.raises(Refused):
            await dial(two, "call-1").all()
        assert [await each.telephony.switchboard.dialled("call-1") for each in (one, two)] == [True, True]
        assert trunk.quiet
        assert (line.arrival.call, line.arrival.caller, line.arrival.dialled) == ("call-1", CITIZEN.number, "109")
        await line.hang_up()
        await ring.ended()


@pytest.mark.parametrize(
    ("status", "reason"),
    [(486, "busy"), (603, "declined"), (480, "no_answer"), (404, "unreachable"), (503, "unreachable")],
)
async def test_each_refusal_has_its_reason(asterisk: RunningAsterisk, status: int, reason: str) -> None:
    async with office(asterisk) as desk, SipAgent.trunk(asterisk, asterisk.trunk_port) as trunk:
        steps = dial(desk, f"refusal-{status}")
        (await trunk.rings()).decline(status, "No")
        assert (await steps.all())[-1] == NotReached(reason)
        assert await desk.telephony.switchboard.dialled(f"refusal-{status}") is False


async def test_without_an_exchange_nobody_outside_is_reached() -> None:
    async with (
        running_asterisk(trunk_contact="") as asterisk,
        office(asterisk) as desk,
        SipAgent.calling(asterisk) as citizen,
    ):
        assert await dial(desk, "call-1").all() == [NotReached("unreachable")]
        _, line = await desk.caller(citizen)
        board = desk.telephony.switchboard
        assert await rest(board.divert(line, Outside("102"), seconds=5)) == [NotTaken("unreachable")]


async def test_an_unclear_end_is_asked_of_asterisk(asterisk: RunningAsterisk) -> None:
    """P7, P8: the link breaks while it rings: nobody guesses, and nobody dials again."""
    async with Relay(f"127.0.0.1:{asterisk.settings.ami_port}") as relay:
        settings = dataclasses.replace(asterisk.settings, ami_port=relay.port, reconnect_min_s=0.1, reconnect_max_s=0.3)
        async with office(asterisk, settings) as desk, SipAgent.trunk(asterisk, asterisk.trunk_port) as trunk:
            board = desk.telephony.switchboard
            steps = dial(desk, "call-7")
            ring = await trunk.rings()
            await steps.until(1)
            await relay.cut()
            assert await steps.all() == [Ringing(), NotReached("unclear")]
            assert await board.dialled("call-7") is None
            with pytest.raises(LinkDown):
                await dial(desk, "call-7").all()
            await relay.mend()
            await until(lambda: board.up, what="in step")
            assert await board.dialled("call-7") is True
            with pytest.raises(Refused):
                await dial(desk, "call-7").all()
            ring.answer()
            line = await desk.lines.get()
            assert (line.arrival.call, line.arrival.callback) == ("call-7", True)
            await ring.hang_up()
            await until(lambda: any(isinstance(event, CallGone) for event in desk.events), what="gone")
            async with asyncio.timeout(10):
                while await board.dialled("call-7"):  # noqa: ASYNC110 - the hang-up handler is a moment quicker
                    await asyncio.sleep(0.02)


@pytest.mark.parametrize("evil", ["102@evil", "", "102&PJSIP/1001", "10 2", "102\r\nAction: x", "*43", "1" * 30])
async def test_a_number_is_digits_and_nothing_else(asterisk: RunningAsterisk, evil: str) -> None:
    async with office(asterisk) as desk, SipAgent.calling(asterisk) as citizen:
        _, line = await desk.caller(citizen)
        board = desk.telephony.switchboard
        with pytest.raises(ValueError, match="no number"):
            await dial(desk, "call-1", Outside(evil)).all()
        with pytest.raises(ValueError, match="no number"):
            await rest(board.divert(line, Outside(evil), seconds=5))
