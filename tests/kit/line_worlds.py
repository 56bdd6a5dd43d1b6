"""Two worlds for one set of contracts: callers on a real Asterisk, and scripted ones. What holds here holds there."""

from __future__ import annotations

import array
import asyncio
import contextlib
import wave
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from kezek_telephony import Line, Switchboard, Telephony
from kit.asterisk import RunningAsterisk, until
from kit.rtp import loudness
from kit.scripted_line import NEVER, Phone, ScriptedLine, ScriptedSwitchboard
from kit.sip_agent import SipAgent, SipCall

PROMPTS = {"greeting": 1.5, "question": 1.5, "number/7": 0.4}  # seconds; 'missing' has no file
LANGUAGE = "kk"
TONE = array.array("h", [8000, 8000, -8000, -8000]).tobytes()  # 2 kHz
LIMIT = 15.0


class Caller(Protocol):
    """The person at the other end, as a contract needs him."""

    def press(self, keys: str, *, brief: bool = False) -> None: ...
    def speak(self) -> None: ...
    async def hang_up(self) -> None: ...
    async def hears(self) -> None:
        """Returns when a prompt or music can be heard (a scripted one: as soon as any was begun)."""
        ...

    async def ended(self) -> None: ...
    async def variable(self, name: str) -> str: ...


class World(Protocol):
    board: Switchboard

    def call(self) -> AbstractAsyncContextManager[tuple[Line, Caller]]: ...

    def phone(
        self, number: str = "1001", *, answers: bool, talks: float = 60.0, declines: bool = False
    ) -> AbstractAsyncContextManager[str]:
        """The number of an operator's phone that is registered, and answers at once, or never, or declines at once."""
        ...

    def outside(self, *, answers: bool, talks: float = 60.0) -> AbstractAsyncContextManager[str]:
        """A number outside, likewise."""
        ...

    async def hangs_up(self, number: str) -> None:
        """Whoever talks at this phone or number hangs up."""
        ...

    def speaks(self, number: str) -> None:
        """Whoever talks at this phone says something that lasts a second."""
        ...

    async def dialled_line(self) -> Line:
        """The line of a citizen who has just answered a `dial`."""
        ...


# --- scripted --------------------------------------------------------------------------------------------------------


class ScriptedWorld:
    def __init__(self) -> None:
        self.scripted = ScriptedSwitchboard()
        self.board: Switchboard = self.scripted

    @contextlib.asynccontextmanager
    async def call(self) -> AsyncIterator[tuple[Line, Caller]]:
        line = self.scripted.call(durations=PROMPTS, missing={"missing"})
        yield line, _ScriptedCaller(line)
        line.leave()

    @contextlib.asynccontextmanager
    async def phone(
        self, number: str = "1001", *, answers: bool, talks: float = 60.0, declines: bool = False
    ) -> AsyncIterator[str]:
        after = 0.1 if answers or declines else NEVER
        self.scripted.set_phone(number, Phone(answers_after=after, talks=talks, declines=declines))
        yield number
        self.scripted.register(number, False)

    @contextlib.asynccontextmanager
    async def outside(self, *, answers: bool, talks: float = 60.0) -> AsyncIterator[str]:
        self.scripted.citizen("102", Phone(answers_after=0.1 if answers else NEVER, talks=talks))
        yield "102"

    async def hangs_up(self, number: str) -> None:
        self.scripted.hang_up(number)

    def speaks(self, number: str) -> None:
        self.scripted.say(number, "hello hello")

    async def dialled_line(self) -> Line:
        return self.scripted.answered[-1]


class _ScriptedCaller:
    def __init__(self, line: ScriptedLine) -> None:
        self._line = line

    def press(self, keys: str, *, brief: bool = False) -> None:
        self._line.press(keys)

    def speak(self) -> None:
        self._line.say("hello")

    async def hang_up(self) -> None:
        self._line.leave()

    async def hears(self) -> None:
        await asyncio.sleep(0.1)
        assert self._line.heard or self._line.with_music

    async def ended(self) -> None:
        assert self._line.gone

    async def variable(self, name: str) -> str:
        return self._line.variables[name.removeprefix("KEZEK_").lower()]


# --- real ------------------------------------------------------------------------------------------------------------


def write_prompts(folder: Path) -> None:
    """8 kHz mono wav files, a tone each."""
    for name, seconds in PROMPTS.items():
        path = folder / LANGUAGE / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(TONE * int(seconds * 2000))


class RealWorld:
    """One node of ours on a running Asterisk; each call comes by SIP."""

    def __init__(self, asterisk: RunningAsterisk) -> None:
        self._asterisk = asterisk
        self._telephony = Telephony(asterisk.settings, self._conduct)
        self.board: Switchboard = self._telephony.switchboard
        self._arrived: asyncio.Queue[tuple[Line, asyncio.Event]] = asyncio.Queue()
        self._talking: dict[str, SipCall] = {}  # by number

    @classmethod
    @contextlib.asynccontextmanager
    async def on(cls, asterisk: RunningAsterisk) -> AsyncIterator[RealWorld]:
        world = cls(asterisk)
        async with world._telephony:
            await until(lambda: world.board.up)
            yield world

    async def _conduct(self, line: Line) -> None:
        over = asyncio.Event()
        self._arrived.put_nowait((line, over))
        await over.wait()

    @contextlib.asynccontextmanager
    async def call(self) -> AsyncIterator[tuple[Line, Caller]]:
        async with SipAgent.calling(self._asterisk) as citizen:
            call = await citizen.call("109")
            line, over = await self._arrival(callback=False)
            await call.answered()
            yield line, _RealCaller(line, call, self._telephony)
            await call.hang_up()  # before its conductor returns: he would be sent on to whoever listens there next
            over.set()

    async def _arrival(self, *, callback: bool) -> tuple[Line, asyncio.Event]:
        """The next one of this kind. One of another kind is a leftover of the contract before: on a busy Asterisk its
        caller is sent on before it has seen that he hung up."""
        async with asyncio.timeout(LIMIT):
            while True:
                line, over = await self._arrived.get()
                if line.arrival.callback is callback:
                    return line, over
                over.set()

    @contextlib.asynccontextmanager
    async def phone(
        self, number: str = "1001", *, answers: bool, talks: float = 60.0, declines: bool = False
    ) -> AsyncIterator[str]:
        async with SipAgent.phone(self._asterisk, number) as phone:
            await until(lambda: number in self.board.registered())
            async with self._person(phone, answers, talks, declines=declines):
                yield number

    @contextlib.asynccontextmanager
    async def outside(self, *, answers: bool, talks: float = 60.0) -> AsyncIterator[str]:
        async with (
            SipAgent.trunk(self._asterisk, self._asterisk.trunk_port) as trunk,
            self._person(trunk, answers, talks),
        ):
            yield "102"

    @contextlib.asynccontextmanager
    async def _person(
        self, phone: SipAgent, answers: bool, talks: float, *, declines: bool = False
    ) -> AsyncIterator[None]:
        async def act() -> None:
            while declines:
                (await phone.rings(120)).decline()
            while answers:
                ring = await phone.rings(120)
                self._talking[ring.number] = ring
                ring.answer()
                with contextlib.suppress(TimeoutError):
                    await ring.ended(talks)
                await ring.hang_up()

        acting = asyncio.ensure_future(act())
        try:
            yield
        finally:
            acting.cancel()

    async def hangs_up(self, number: str) -> None:
        await self._talking.pop(number).hang_up()

    def speaks(self, number: str) -> None:
        self._talking[number].say(TONE * 2000)

    async def dialled_line(self) -> Line:
        line, _ = await self._arrival(callback=True)
        return line


class _RealCaller:
    def __init__(self, line: Line, call: SipCall, telephony: Telephony) -> None:
        self._line, self._call, self._telephony = line, call, telephony

    def press(self, keys: str, *, brief: bool = False) -> None:
        self._call.press(keys, brief=brief)

    def speak(self) -> None:
        self._call.say(TONE * 2000)

    async def hang_up(self) -> None:
        await self._call.hang_up()

    async def hears(self) -> None:
        self._call.sound.heard.clear()
        await until(lambda: loudness(b"".join(self._call.sound.heard)) > 100, LIMIT, "nothing to hear")

    async def ended(self) -> None:
        await self._call.ended()

    async def variable(self, name: str) -> str:
        channel = self._line.arrival.channel
        reply = await self._telephony.link.action("Getvar", {"Channel": channel, "Variable": name})
        return reply["value"]
