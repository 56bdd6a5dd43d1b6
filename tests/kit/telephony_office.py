"""The service with its callers waiting, as a test wants them: what they do is up to the test."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from kezek_telephony.settings import TelephonySettings
from kezek_telephony.telephony import Telephony
from kezek_telephony.types import HungUp, Line, LineEvent, Phone, RingStep
from kit.asterisk import RunningAsterisk, until
from kit.sip_agent import SipAgent, SipCall


def always() -> bool:
    return True


@dataclass
class Office:
    telephony: Telephony
    asterisk: RunningAsterisk
    lines: asyncio.Queue[Line]
    events: list[LineEvent] = field(default_factory=list)

    async def caller(self, citizen: SipAgent, number: str = "109", **caller: str) -> tuple[SipCall, Line]:
        """A citizen who has dialled 109 and waits with music."""
        call = await citizen.call(number, **caller)  # type: ignore[arg-type]
        await call.answered()
        async with asyncio.timeout(10):
            line = await self.lines.get()
        await line.music()
        return call, line

    def ring(self, line: Line, phone: str, offer: int, **how: object) -> AsyncIterator[RingStep]:
        """`phone`: one, or several parted by blanks."""
        settings = {"seconds": 20, "still_ours": always, **how}
        phones = [Phone(name) for name in phone.split()]
        return self.telephony.switchboard.ring(line, phones=phones, offer=offer, **settings)  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def office(asterisk: RunningAsterisk, settings: TelephonySettings | None = None) -> AsyncIterator[Office]:
    lines: asyncio.Queue[Line] = asyncio.Queue()

    async def on_call(line: Line) -> None:
        lines.put_nowait(line)
        await until_gone(line)

    async with Telephony(settings or asterisk.settings, on_call) as telephony:
        await telephony.link.wait_up(10)
        await until(lambda: telephony.switchboard.up, what="in step")
        opened = Office(telephony, asterisk, lines)
        listening = asyncio.ensure_future(_collect(telephony, opened.events))
        try:
            yield opened
        finally:
            listening.cancel()


async def _collect(telephony: Telephony, events: list[LineEvent]) -> None:
    async for event in telephony.switchboard.events():
        events.append(event)


async def until_gone(line: Line) -> None:
    """Conducts nothing: the test does."""
    with contextlib.suppress(HungUp):
        await asyncio.Event().wait()


async def until_registered(office: Office, *phones: str) -> None:
    await until(lambda: set(phones) <= office.telephony.switchboard.registered(), what=f"{phones} registered")


async def rest(steps: AsyncIterator[RingStep]) -> list[RingStep]:
    async with asyncio.timeout(30):
        return [step async for step in steps]


@contextlib.asynccontextmanager
async def staffed(
    asterisk: RunningAsterisk, settings: TelephonySettings | None = None
) -> AsyncIterator[tuple[Office, SipAgent, SipAgent]]:
    """The office, the registered phone 1001, and a citizen."""
    async with (
        office(asterisk, settings) as desk,
        SipAgent.phone(asterisk, "1001") as phone,
        SipAgent.calling(asterisk) as citizen,
    ):
        await until_registered(desk, "1001")
        yield desk, phone, citizen
