"""The Asterisk end of a FastAGI connection, for tests without Asterisk: replies as recorded from Asterisk 22.10."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from kezek_telephony.agi_server import AgiServer
from kezek_telephony.calls import Lines
from kezek_telephony.line import AgiLine
from kezek_telephony.settings import TelephonySettings
from kezek_telephony.sound import SoundLimits, SoundServer
from kit.asterisk import until

OPENING = """\
agi_network: yes
agi_network_script: arrived
agi_request: agi://127.0.0.1:35191/arrived
agi_channel: PJSIP/loopback-{number:08d}
agi_language: en
agi_type: PJSIP
agi_uniqueid: kezek-1795302765.{number}
agi_version: 22.10.1
agi_callerid: {caller}
agi_calleridname: {name}
agi_callingpres: {presentation}
agi_callingani2: 0
agi_callington: 0
agi_callingtns: 0
agi_dnid: 109
agi_rdnis: unknown
agi_context: kezek-wait
agi_extension: s
agi_priority: 8
agi_enhanced: 0.0
agi_accountcode:
agi_threadid: 140313503749824
agi_arg_1: kezek-1795302765.{number}
agi_arg_2: 1795302765.250
agi_arg_3: {phase}
agi_arg_4: {language}
agi_arg_5: 109
agi_arg_6: {story}
agi_arg_7: {priority}

"""


def call_of(number: int) -> str:
    return f"kezek-1795302765.{number}"


def opening(
    number: int = 0,
    *,
    caller: str = "77015550101",
    name: str = "unknown",
    presentation: int = 0,
    phase: str = "arrived",
    language: str = "",
    story: str = "",
    priority: str = "",
) -> bytes:
    text = OPENING.format(
        number=number,
        caller=caller,
        name=name,
        presentation=presentation,
        phase=phase,
        language=language,
        story=story,
        priority=priority,
    )
    return text.encode()


class AgiPeer:
    """A channel in a FastAGI session: keeps the commands it was told and answers them.

    `answers` maps a command's beginning to its reply; None keeps silent, and the test answers by `reply`.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.commands: list[str] = []
        self.answers: dict[str, str | None] = {"STREAM FILE": "200 result=0 endpos=7290", "HANGUP": "200 result=1"}
        self.ended = asyncio.Event()
        self.on_command: Callable[[str], None] = lambda command: None

    def reply(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\n" for line in lines).encode())

    def leave(self) -> None:
        """The channel leaves the session: hung up or redirected, the socket looks the same."""
        self.writer.close()

    @property
    def variables(self) -> dict[str, str]:
        """What SET VARIABLE has set, the last value of each."""
        parts = [command.split(" ", 3) for command in self.commands if command.startswith("SET VARIABLE ")]
        return {part[2].strip('"'): part[3].strip('"') for part in parts}

    async def serve(self) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                command = (await self.reader.readuntil(b"\n")).decode().rstrip("\n")
                self.commands.append(command)
                self.on_command(command)
                known = [reply for start, reply in self.answers.items() if command.startswith(start)]
                answer = known[0] if known else "200 result=1"
                if answer is not None:
                    self.reply(answer)
        self.ended.set()


class Node:
    """A FastAGI and a sound server as a node has them, and channels that open sessions on it."""

    def __init__(self, agi: AgiServer, sound: SoundServer, lines: Lines) -> None:
        self.agi, self.sound, self.lines = agi, sound, lines

    @contextlib.asynccontextmanager
    async def channel(self, number: int = 0, **changes: str) -> AsyncIterator[AgiPeer]:
        """A channel that has opened its session; the keywords are those of `opening`."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.agi.port)
        peer = AgiPeer(reader, writer)
        writer.write(opening(number, **changes))  # type: ignore[arg-type]
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(peer.serve())
            try:
                yield peer
            finally:
                writer.close()
                serving.cancel()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def running_node(on_call: Callable[[AgiLine], Awaitable[None]], **changes: object) -> AsyncIterator[Node]:
    """`changes` are keywords of AgiServer, and `settings`, `sound_limits`."""
    settings = changes.pop("settings", None) or TelephonySettings(fastagi_port=0, sound_port=0, prompts="/prompts")
    limits = changes.pop("sound_limits", None) or SoundLimits()
    lines = Lines()
    assert isinstance(settings, TelephonySettings)
    assert isinstance(limits, SoundLimits)
    async with (
        SoundServer(settings, limits) as sound,
        AgiServer(settings, lines, on_call, sound=sound, **changes) as agi,  # type: ignore[arg-type]
    ):
        yield Node(agi, sound, lines)


class Conductor:
    """An `on_call` for tests: keeps the lines, and how each call ended (None, or the exception's class)."""

    def __init__(self, script: Callable[[AgiLine], Awaitable[object]] | None = None) -> None:
        self.lines: dict[str, AgiLine] = {}
        self.ends: dict[str, type[BaseException] | None] = {}
        self._script = script or (lambda line: line.digit(3600))

    async def __call__(self, line: AgiLine) -> None:
        call = line.arrival.call
        self.lines[call] = line
        try:
            await self._script(line)
            self.ends[call] = None
        except BaseException as end:
            self.ends[call] = type(end)
            raise

    async def line(self, number: int = 0) -> AgiLine:
        """The line of channel `number`, as soon as it is here."""
        await until(lambda: call_of(number) in self.lines)
        return self.lines[call_of(number)]
