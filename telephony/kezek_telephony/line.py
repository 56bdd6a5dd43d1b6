"""A caller on a real Asterisk: the verbs of `types.Line`, spoken over whichever FastAGI session the channel has now."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog

from .leash import Leash
from .sound import SoundServer
from .types import Arrival, HungUp, TelephonyError

log = structlog.get_logger(__name__)

KEYS = "0123456789*#"
NORMAL_CLEARING = 16  # Q.850
KEYS_KEPT = 64  # pressed and not yet asked for; the oldest go
TOLD_S = 0.25  # AMI tells a digit that soon after it has cut a prompt short
_PROMPT = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z]{2,4})?")
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")

Spy = Callable[[str, UUID], Awaitable[None]]  # (channel, sound id): originates the leg that brings the channel's sound


@dataclass(frozen=True, slots=True)
class LineMeans:
    """What a line is given to work with. `prompts` is a folder as Asterisk sees it; times in seconds."""

    prompts: str  # '' for the sounds of Asterisk itself
    watchdog_s: float = 30.0
    prompt_limit_s: float = 120.0
    gone_limit_s: float = 2.0  # after the socket's end: how long the news of a hang-up may take over AMI
    spy_limit_s: float = 3.0
    sound: SoundServer | None = None
    spy: Spy | None = None


class AgiLine(Leash):
    """Meets `types.Line`. Digits come from `pressed`, everything else goes over the leash."""

    def __init__(self, arrival: Arrival, means: LineMeans) -> None:
        super().__init__(watchdog_s=means.watchdog_s, gone_limit_s=means.gone_limit_s)
        self._arrival = arrival
        self._means = means
        self._keys: deque[str] = deque(maxlen=KEYS_KEPT)
        self._pressed = 0  # digits ever

    @property
    def arrival(self) -> Arrival:
        return self._arrival

    def pressed(self, digit: str) -> None:
        """A digit was pressed: the single source of digits, in order, each once."""
        if len(digit) == 1 and digit in KEYS:
            self._keys.append(digit)
            self._pressed += 1
            self._wake()

    def came_back(self) -> None:
        """Digits pressed while the channel was away (ringing, talking) were not for us."""
        self._keys.clear()

    # --- the verbs of a Line ------------------------------------------------------------------------------------------

    async def play(self, *prompts: str, language: str, stop_on_digit: bool = True) -> bool:
        """See `types.Line`. Raises ValueError for a language that is no name of a folder.

        A prompt should last less than two thirds of the watchdog (20 s): it is pushed forward between prompts only.
        """
        if not _LANGUAGE.fullmatch(language):
            raise ValueError("no language code")
        pressed = self._pressed
        for prompt in prompts:
            self._need()
            if stop_on_digit and self._pressed > pressed:  # between two prompts Asterisk has nobody to tell
                return True
            if not _PROMPT.fullmatch(prompt):
                log.warning("prompt_name_refused", prompt=prompt[:80])
                continue
            if not stop_on_digit:
                await self._stream(prompt, language, "")
            elif await self._cut_short(prompt, language, pressed):
                return True
        return False

    async def _cut_short(self, prompt: str, language: str, pressed: int) -> bool:
        """Whether a digit cut the prompt short. One shorter than Asterisk's least (80 ms) was told when it was pressed,
        and its stretched end cuts the next prompt: that one is played again."""
        if not await self._stream(prompt, language, KEYS):
            return False
        if not await self._until(lambda: self._pressed > pressed, TOLD_S):
            return await self._stream(prompt, language, KEYS)
        return True

    async def digit(self, timeout: float) -> str | None:
        if await self._until(lambda: bool(self._keys), timeout):
            return self._keys.popleft()
        return None

    async def music(self) -> None:
        await self._command("EXEC", "StartMusicOnHold", "")

    async def remember(self, **variables: str) -> None:
        """See `types.Line`. Raises ValueError for a name or a value that cannot be kept (control characters)."""
        for name, value in variables.items():
            if not _NAME.fullmatch(name.upper()):
                raise ValueError("no name of a variable")
            await self._command("SET VARIABLE", f"KEZEK_{name.upper()}", value)

    async def hang_up(self) -> None:
        await self._command("SET VARIABLE", "KEZEK_DONE", 1)
        with suppress(HungUp):  # the news of it may be here before its reply
            await self._command("HANGUP")
        self.gone(NORMAL_CLEARING)  # by ourselves: what AMI will say of it changes nothing

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[AsyncIterator[bytes]]:
        async with self.listen_at(self._arrival.channel) as frames:
            yield frames

    @asynccontextmanager
    async def listen_at(self, channel: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """What this channel of the call brings, as `listen` does for the caller's."""
        if self._means.sound is None or self._means.spy is None or not self.alive:
            yield _nothing()
            return
        sound_id = uuid4()
        async with self._means.sound.expect(sound_id) as frames:
            try:
                async with asyncio.timeout(self._means.spy_limit_s):
                    await self._means.spy(channel, sound_id)
            except (TelephonyError, TimeoutError, OSError) as failure:
                log.warning("no_spy_leg", call=self._arrival.call, failure=type(failure).__name__)
                yield _nothing()
                return
            yield frames

    async def _stream(self, prompt: str, language: str, escape: str) -> bool:
        await self._keep_watch()
        path = f"{self._means.prompts}/{language}/{prompt}" if self._means.prompts else prompt
        reply = await self._command("STREAM FILE", path, escape, limit_s=self._means.prompt_limit_s)
        if reply.number < 0:
            await self._command("NOOP")  # a hang-up reads just the same, but then this one gets no reply
            log.warning("prompt_missing", prompt=prompt, language=language)
        return reply.number > 0


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield  # what makes it an iterator
