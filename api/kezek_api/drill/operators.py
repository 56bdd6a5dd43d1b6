"""The operators of a drill: each has a phone, half of them a page too. What was seen of them, and their ailments."""

from __future__ import annotations

import asyncio
import math
import random
import tempfile
import time
import wave
from array import array
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from kezek_api.demo.softphone import SipAccount
from kezek_api.drill.handset import Handset
from kezek_api.drill.page import Page
from kezek_api.drill.phones_alone import PhonesAlone
from kezek_api.drill.rtp import RATE
from kezek_api.drill.types import Ring, SitePoints
from kezek_api.provision.programs import program

TONE_HZ = 440.0
TONE_S = 60.0  # longer than any talk
REGISTER_S = 30  # the shortest that an exchange of ours allows


class Operators:
    """`async with Operators.at_work(points, seed=1) as operators`: signed in, and ready as soon as the site lets them.

    Faults by login: `desk_dies`, `desk_back` (nothing, for one with a phone alone), `phone_dies`, `phone_back`."""

    def __init__(self, points: SitePoints, *, seed: int, started: float, tone: Path) -> None:
        self._mind = random.Random(f"{seed}:ailments")  # noqa: S311 - no secret
        self._talks: dict[str, float] = {}
        self._partners: dict[str, set[str]] = {}  # number -> logins
        logins = sorted(points.staff)
        nodes = list(points.pages.values())
        self.pages: dict[str, Page] = {}
        for place, login in enumerate(logins[::2]):
            own = place % len(nodes) if nodes else 0
            self.pages[login] = Page(login, points.staff[login], nodes[own:] + nodes[:own], seed=seed)
        self.alone = PhonesAlone(points, [login for login in logins if login not in self.pages])
        baresip = program(points.home, "baresip")
        self.phones: dict[str, Handset] = {}
        for login in logins:
            phone, name = points.phone_of[login]
            exchange = points.exchanges[name]
            account = SipAccount(phone, f"127.0.0.1:{exchange.sip_port}", exchange.phones[phone], register_s=REGISTER_S)
            self.phones[login] = Handset(login, account, baresip, tone, seed=seed, started=started, began=self._began)

    @classmethod
    @asynccontextmanager
    async def at_work(cls, points: SitePoints, *, seed: int, started: float = 0.0) -> AsyncIterator[Operators]:
        """`started`: the load's beginning, monotonic seconds. Raises RegisterError when SQL is away."""
        with tempfile.TemporaryDirectory(prefix="kezek-operators-") as folder:
            tone = Path(folder) / "tone.wav"
            write_tone(tone)
            operators = cls(points, seed=seed, started=started or time.monotonic(), tone=tone)
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one.run(), name=f"phone {login}") for login, one in operators.phones.items()]
                tasks += [group.create_task(one.run(), name=f"page {login}") for login, one in operators.pages.items()]
                tasks.append(group.create_task(operators.alone.run(), name="phones alone"))
                try:
                    yield operators
                finally:
                    for task in tasks:
                        task.cancel()

    @property
    def rings(self) -> list[Ring]:
        """All that are over, in order."""
        return sorted((ring for phone in self.phones.values() for ring in phone.rings), key=lambda ring: ring.at_s)

    def talked(self, caller: str) -> float:
        """When an operator picked up for this number last, monotonic seconds; 0 for never."""
        return self._talks.get(caller, 0.0)

    def partners(self, callers: Collection[str]) -> set[str]:
        """Who has talked with any of these numbers."""
        return {login for caller in callers for login in self._partners.get(caller, ())}

    def begins(self, started: float) -> None:
        """The load does so now (monotonic seconds): times are told from then on."""
        for phone in self.phones.values():
            phone.started = started

    def answer_roll_call(self, over: asyncio.Event) -> None:
        """From now on each picks up every ring, and talks until this is set."""
        for phone in self.phones.values():
            phone.answer_roll_call(over)

    async def desk_dies(self, login: str) -> None:
        if login in self.pages:
            self.pages[login].die()

    async def desk_back(self, login: str) -> None:
        if login in self.pages:
            self.pages[login].mend()

    async def phone_dies(self, login: str) -> None:
        """Frozen or killed, by the seed."""
        self.phones[login].die(frozen=self._mind.random() < 0.5)

    async def phone_back(self, login: str) -> None:
        self.phones[login].mend()

    def _began(self, login: str, caller: str, at: float) -> None:
        self._talks[caller] = at
        self._partners.setdefault(caller, set()).add(login)


def write_tone(file: Path) -> None:
    """What a caller hears of an operator."""
    step = 2 * math.pi * TONE_HZ / RATE
    second = array("h", (round(6000 * math.sin(step * at)) for at in range(RATE))).tobytes()
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(second * round(TONE_S))
