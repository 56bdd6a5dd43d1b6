"""From the end of a caller's speech to the fields on an operator's socket, the whole way (recogniser.py).

A SIP phone says a street in a talk; a real Asterisk brings its sound as AudioSocket frames; a real node hears it and
writes the notes to a real Valkey, and its desk tells the page. The clock runs from the phone's last packet of speech to
the frame of the WebSocket that shows the field: with partial words (first), and with the final ones. The last packet of
speech is the last one above 35 dB (the line's silence is 18): the word's end fades for five packets below 45 dB. The
phones, the node and the page are one process here and share its loop. Asterisk must be in .kezek/prefix (make setup).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from recogniser_answers import spoken
from recogniser_held import percentile

from kezek_register import Register, load_sample
from kezek_speech.types import RATE
from kit.api import fill, until
from kit.seat import Seat
from kit.speech_clips import clip
from kit.valkey import Valkey
from kit.whole import City, Street, hotline

STREET = "라디오"  # of the sample town: the one street that the Korean model hears when it decodes freely
KOREAN = "+77009990109"  # a household's number, whose language is known
VOICE, QUIET_DB = "ko+f3", 35
SEAT = 15  # answers at one seat: its phone is registered for two minutes
LIMIT_S = 6.0


@asynccontextmanager
async def city(work: Path) -> AsyncIterator[City]:
    town = work / "town.sqlite"
    async with Register.open(f"sqlite+aiosqlite:///{town}") as register:
        await register.migrate()
        await load_sample(register)
        await fill(register)
    store = work / "valkey"
    store.mkdir()
    valkey = Valkey(store)
    valkey.start()
    try:
        async with hotline(work / "city", town, valkey, "desk", languages="ru,ko", speech_streams=None) as made:
            assert made.house
            health = made.house.health
            await until(
                lambda: "unknown to the model" in health.parts["speech"].detail, 120
            )  # it knows its town's words
            yield made
    finally:
        valkey.kill()


async def measure(work: Path, answers: int) -> dict[str, Any]:
    first: list[float] = []
    final: list[float] = []
    sound = clip(STREET, VOICE)
    fading = (len(sound) - len(spoken(STREET, VOICE, QUIET_DB))) / 2 / RATE
    async with city(work) as made, made.citizens() as street:
        for begun in range(0, answers, SEAT):
            async with made.seated("asel") as asel:
                if not begun:  # the first talk of a house is not what a day has
                    await _answer(street, asel, sound, fading)
                for _ in range(min(SEAT, answers - begun)):
                    told = await _answer(street, asel, sound, fading)
                    first += told[:1]
                    final += told[1:]
    return {
        "answers": answers, "understood": len(final),
        "end_of_speech_to_socket_first_p95_ms": percentile(first, 0.95),
        "end_of_speech_to_socket_median_ms": percentile(final, 0.5),
        "end_of_speech_to_socket_p95_ms": percentile(final, 0.95),
    }  # fmt: skip


async def _answer(street: Street, asel: Seat, sound: bytes, fading: float) -> list[float]:
    """Seconds from the last packet of speech, behind which there are `fading` of silence: of the first frame with the
    field, and of that with final words."""
    citizen = await street.dials(caller=KOREAN)
    (await asel.phone.rings()).answer()
    await asel.shows(phase="talking")
    await asyncio.sleep(1.5)  # he listens, before he speaks
    told: dict[str, float] = {}
    take = asel._take

    def taken(kind: str, data: Any) -> None:
        take(kind, data)
        pop = asel.pop
        if kind != "pop" or pop is None or pop["fields"].get("street", {}).get("words") != STREET:
            return
        said = [words for words in pop["words"] if words["question"] == "talk" and words["who"] == "caller"]
        told.setdefault("first", time.monotonic())
        if said and said[-1]["final"]:
            told.setdefault("final", time.monotonic())

    asel._take = taken  # type: ignore[method-assign]
    try:
        citizen.say(sound)
        while not citizen.sound.silent:  # noqa: ASYNC110 - a packet each 20 ms
            await asyncio.sleep(0.001)
        ended = time.monotonic() - fading
        try:
            await until(lambda: "final" in told, LIMIT_S)
        except AssertionError:
            told.clear()
    finally:
        asel._take = take  # type: ignore[method-assign]
    await citizen.hang_up()
    try:
        await asel.done()
    except httpx.RemoteProtocolError:  # an idle connection was closed in that moment
        await asel.done()
    return [each - ended for each in told.values()]
