"""Talks that a whole hotline's tests begin with: an operator who is busy, a colleague who is asked."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from kit.seat import Seat
from kit.sip_agent import SipCall
from kit.tones import deaf_to, hears, music
from kit.whole import City, Street


@contextlib.asynccontextmanager
async def busy(city: City, street: Street, login: str = "asel") -> AsyncIterator[tuple[Seat, SipCall]]:
    """The only operator talks, so that whoever comes must wait; that citizen's leg."""
    async with city.seated(login) as seat:
        first = await street.dials(caller="+77020000000")
        (await seat.phone.rings()).answer()
        await seat.shows(phase="talking")
        yield seat, first


async def free(seat: Seat, talking: SipCall) -> None:
    """That talk is over, and so is the wrap-up."""
    await talking.hang_up()
    await seat.done()


async def consulting(asel: Seat, berik: Seat, citizen: SipCall, ring: SipCall) -> SipCall:
    """The operator speaks with a colleague while the citizen hears music; the colleague's leg."""
    await asel.with_call("consult", {"operator": "berik"})
    asked = await berik.phone.rings()
    pop = await asel.shows(aside={"to": "operator:berik", "name": "Berik", "state": "ringing"})
    assert (await berik.shows(phase="ringing", role="helper"))["call"] == pop["call"]
    asked.answer()
    await asel.shows(aside={"to": "operator:berik", "name": "Berik", "state": "talking"}, held=False)
    await berik.shows(phase="talking", role="helper", aside=None)
    await hears(asked, ring)
    await hears(ring, asked)
    await music(citizen)
    await deaf_to(citizen, ring, asked)
    return asked
