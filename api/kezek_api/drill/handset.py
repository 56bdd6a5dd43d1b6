"""An operator's phone in a drill: baresip, somebody who picks it up and hangs up, and a note of each ring."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path

from kezek_api.demo.softphone import PhoneError, SipAccount, Softphone, softphone
from kezek_api.drill.types import Ring

PICKS_UP_S = (0.2, 1.0)
TALKS_S = (1.0, 4.0)
DOES_NOT_PICK_UP = 0.03  # of the rings
LEAVES_IT = 0.15  # of the talks: the caller hangs up
LEAVES_IT_S = 15.0
NOTHING_S = 3.0  # picked up, and nobody is there
THAWED_S = 1.0  # what a phone tells so soon after it was frozen happened while it was
AGAIN_S = 0.5


@dataclass(slots=True)
class _Ringing:
    caller: str
    at: float
    talking: float = 0.0


class Handset:
    """`run` until cancelled. Times in `rings` are seconds since `started` (monotonic).

    `began` is told of each talk: the login, the caller's number and the moment."""

    def __init__(
        self, login: str, account: SipAccount, baresip: Path, tone: Path, *, seed: int, started: float,
        began: Callable[[str, str, float], None],
    ) -> None:  # fmt: skip
        self.login = login
        self.rings: list[Ring] = []
        self.registered = asyncio.Event()
        self.ignores = DOES_NOT_PICK_UP
        self.leaves = LEAVES_IT
        self._account, self._baresip, self._tone = account, baresip, tone
        self._mind = random.Random(f"{seed}:{login}")  # noqa: S311 - no secret
        self.started, self._began = started, began
        self._phone: Softphone | None = None
        self._ringing: _Ringing | None = None
        self._whole = asyncio.Event()  # not broken
        self._whole.set()
        self._frozen = 0.0
        self._thawed = 0.0
        self._acting: asyncio.Task[None] | None = None
        self._roll_call: asyncio.Event | None = None

    @property
    def rings_for(self) -> str:
        """The caller whose ring, or talk, goes on; '' for none."""
        return self._ringing.caller if self._ringing is not None else ""

    def answer_roll_call(self, over: asyncio.Event) -> None:
        """From now on every ring is picked up, and the talk lasts until this is over."""
        self._roll_call = over

    async def run(self) -> None:
        try:
            while True:
                await self._whole.wait()
                with contextlib.suppress(PhoneError, OSError):
                    async with softphone(self._baresip, self._account, self._tone) as phone:
                        self._phone = phone
                        try:
                            await self._serve(phone)
                        finally:
                            self._signal(signal.SIGCONT)  # else it does not hear that it shall end
                            self._phone = None
                self._over(time.monotonic())
                self._frozen = 0.0
                self.registered.clear()
                await asyncio.sleep(AGAIN_S)
        finally:
            self._put_down()

    def die(self, *, frozen: bool) -> None:
        """Without a word: stopped, so that its sockets stay, or killed."""
        now = time.monotonic()
        self._put_down()
        if frozen:
            self._frozen, self._thawed = now, 0.0
            self._signal(signal.SIGSTOP)
        else:
            self._whole.clear()
            self._signal(signal.SIGKILL)
            self._over(now)

    def mend(self) -> None:
        self._whole.set()
        if not self._frozen:
            return
        self._thawed = time.monotonic()
        self._signal(signal.SIGCONT)
        if self._phone is not None and self._ringing is not None:
            self._act(self._talk(self._phone) if self._ringing.talking else self._answer(self._phone))

    def _signal(self, number: signal.Signals) -> None:
        if self._phone is not None:
            with contextlib.suppress(ProcessLookupError):
                self._phone.process.send_signal(number)

    async def _serve(self, phone: Softphone) -> None:
        """Until its process ends."""
        ended = asyncio.create_task(phone.process.wait())  # both end below
        try:
            while not ended.done():
                event = asyncio.create_task(phone.event())  # ends with this turn
                try:
                    await asyncio.wait({ended, event}, return_when=asyncio.FIRST_COMPLETED)
                    if event.done():
                        self._take(phone, event.result())
                finally:
                    event.cancel()
        finally:
            ended.cancel()

    def _take(self, phone: Softphone, event: dict[str, object]) -> None:
        now = time.monotonic()
        match event.get("type"):
            case "REGISTER_OK":
                self.registered.set()
            case "REGISTER_FAIL":
                self.registered.clear()
            case "CALL_INCOMING":
                self._over(now)
                self._ringing = _Ringing(number_of(str(event.get("peeruri", ""))), now)
                self._act(self._answer(phone))
            case "CALL_ESTABLISHED" if self._ringing is not None:
                self._ringing.talking = now
                self._began(self.login, self._ringing.caller, now)
                self._act(self._talk(phone))
            case "CALL_CLOSED":
                self._over(now)

    async def _answer(self, phone: Softphone) -> None:
        after, ignores = self._mind.uniform(*PICKS_UP_S), self._mind.random() < self.ignores
        if ignores and self._roll_call is None:
            return
        await asyncio.sleep(after)
        with contextlib.suppress(PhoneError):  # the caller may have gone meanwhile
            await phone.accept()
            await asyncio.sleep(NOTHING_S)
            await phone.hang_up()

    async def _talk(self, phone: Softphone) -> None:
        after, leaves = self._mind.uniform(*TALKS_S), self._mind.random() < self.leaves
        if self._roll_call is not None:
            await self._roll_call.wait()
        else:
            await asyncio.sleep(LEAVES_IT_S if leaves else after)
        with contextlib.suppress(PhoneError):
            await phone.hang_up()

    def _act(self, doing: Coroutine[None, None, None]) -> None:
        self._put_down()
        self._acting = asyncio.create_task(doing, name=f"operator {self.login}")  # ends with the call, or with `run`

    def _put_down(self) -> None:
        if self._acting is not None:
            self._acting.cancel()
            self._acting = None

    def _over(self, now: float) -> None:
        """The ring, or the talk, is over."""
        self._put_down()
        ringing, self._ringing = self._ringing, None
        if ringing is None:
            return
        if self._frozen and (not self._thawed or now < self._thawed + THAWED_S):
            now = max(self._frozen, ringing.at)
        self.rings.append(
            Ring(
                operator=self.login,
                caller=ringing.caller,
                at_s=ringing.at - self.started,
                ended_s=now - self.started,
                talked_s=max(now - ringing.talking, 0.0) if ringing.talking else 0.0,
            )
        )


def number_of(uri: str) -> str:
    """The user part of a SIP URI."""
    return uri.partition(":")[2].partition("@")[0]
