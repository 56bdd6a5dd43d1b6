"""A telephone line without a telephone: the caller's side of `Line`, played from a script. No I/O, only timers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager

from kezek_telephony.types import Arrival, HungUp, LineLost
from kit.caller_script import Cue, Step, pause
from kit.spoken import SILENCE, spoken
from kit.virtual_time import EPOCH

KEYS = frozenset("0123456789*#")


class ScriptedLine:
    """Meets `kezek_telephony.types.Line`. Make it inside a running loop; its clock starts then.

    heard      prompts played, in order, with those cut short
    done       everything that happened: 'play greeting kk', 'music', 'press 1', 'remember LANGUAGE=kk', 'hang_up', ...
    variables  what was remembered, by name
    ended_by   '' | 'caller' | 'us' | 'lost'
    """

    def __init__(
        self,
        *cues: Cue,
        call: str = "script-1",
        caller: str | None = "+77010000001",
        caller_name: str = "",
        dialled: str = "109",
        since: float | None = None,
        language: str | None = None,
        resumed: bool = False,
        story: str | None = None,
        priority: int = 0,
        talked: bool = False,
        callback: bool = False,
        prompt_seconds: float = 1.0,
        durations: Mapping[str, float] | None = None,
        missing: Collection[str] = (),
        no_sound: bool = False,
        on_gone: Callable[[ScriptedLine], None] = lambda line: None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._arrival = Arrival(
            call=call,
            channel=f"PJSIP/trunk-{call}",
            caller=caller,
            caller_name=caller_name,
            dialled=dialled,
            since=EPOCH + self._began if since is None else since,
            language=language,
            resumed=resumed,
            story=story,
            priority=priority,
            talked=talked,
            callback=callback,
        )
        self.heard: list[str] = []
        self.done: list[str] = []
        self.variables: dict[str, str] = {}
        self.ended_by = ""
        self.with_music = False
        self.with_operator = False
        self._prompt_seconds, self._durations, self._missing = prompt_seconds, dict(durations or {}), missing
        self.without_sound = no_sound
        self._on_gone = on_gone
        self._keys: deque[str] = deque()
        self._pressed = 0
        self._listeners: list[deque[bytes]] = []
        self._changed = asyncio.Event()
        self._cues = [cue for cue in cues if cue.when != "at"]
        self._acting: set[asyncio.Task[None]] = set()
        for cue in cues:
            if cue.when == "at":
                self._act((pause(cue.at), *cue.steps))

    # --- what a test may do to it ---------------------------------------------------------------------------------

    @property
    def gone(self) -> bool:
        return self.ended_by in ("caller", "us")

    def press(self, keys: str) -> None:
        for key in keys:
            if key not in KEYS:
                raise ValueError(f"no such key: {key!r}")
            self.done.append(f"press {key}")
            self._keys.append(key)
            self._pressed += 1
        self.wake()

    def forget_keys(self) -> None:
        """The caller comes back from a ring or a talk: what was pressed there was not for us."""
        self._keys.clear()

    def say(self, text: str) -> None:
        self.done.append(f"say {text}")
        for listener in self._listeners:
            listener.extend(spoken(text))

    def leave(self, by: str = "caller") -> None:
        """The channel is gone ('caller', 'us'), or only our leash broke ('lost')."""
        if self.ended_by:
            return
        self.ended_by = by
        self.done.append(f"gone by {by}")
        self.wake()
        if self.gone:
            self._on_gone(self)

    def cue(self, when: str) -> None:
        """Something began that the script may have been waiting for."""
        for cue in self._cues:
            if cue.when == when:
                self._cues.remove(cue)
                self._act(cue.steps)
                return

    # --- the verbs of a Line --------------------------------------------------------------------------------------

    @property
    def arrival(self) -> Arrival:
        return self._arrival

    async def play(self, *prompts: str, language: str, stop_on_digit: bool = True) -> bool:
        self.check()
        self.with_music = False
        pressed = self._pressed
        for prompt in prompts:
            if prompt in self._missing:
                self.done.append(f"missing {prompt}")
                continue
            self.heard.append(prompt)
            self.done.append(f"play {prompt} {language}")
            self.cue(f"during {prompt}")
            seconds = self._durations.get(prompt, self._prompt_seconds)
            cut = await self.until(lambda: stop_on_digit and self._pressed > pressed, seconds)
            self.cue(f"after {prompt}")
            if cut:
                return True
        return False

    async def digit(self, timeout: float) -> str | None:
        self.check()
        if await self.until(lambda: bool(self._keys), timeout):
            return self._keys.popleft()
        return None

    async def music(self) -> None:
        self.check()
        await asyncio.sleep(0)
        self.check()
        self.start_music()

    async def remember(self, **variables: str) -> None:
        self.check()
        await asyncio.sleep(0)
        for name, value in variables.items():
            self.variables[name] = value
            self.done.append(f"remember {name}={value}")

    async def hang_up(self) -> None:
        self.check()
        self.done.append("hang_up")
        self.leave("us")

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[AsyncIterator[bytes]]:
        waiting: deque[bytes] = deque()
        frames = Frames(self, waiting)
        self._listeners.append(waiting)
        self.cue("listening")
        try:
            yield frames
        finally:
            frames.ended = True
            self._listeners = [listener for listener in self._listeners if listener is not waiting]

    # --- inside -----------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Raises HungUp or LineLost once it is over."""
        if self.gone:
            raise HungUp
        if self.ended_by == "lost":
            raise LineLost

    def start_music(self) -> None:
        self.with_music = True
        self.done.append("music")
        self.cue("waiting")

    async def until(self, condition: Callable[[], bool], seconds: float | None) -> bool:
        """Wait for a condition of this line; False after `seconds`. Raises HungUp or LineLost when the line ends."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    self.check()
                    await self._changed.wait()
        except TimeoutError:
            self.check()
            return condition()
        self.check()
        return True

    def wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _act(self, steps: tuple[Step, ...]) -> None:
        task = self._loop.create_task(self._play_steps(steps))  # the caller acts by himself, whatever the house does
        self._acting.add(task)
        task.add_done_callback(self._acting.discard)

    async def _play_steps(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            if self.gone:
                return
            match step.verb:
                case "press":
                    self.press(step.what)
                case "say":
                    self.say(step.what)
                case "pause":
                    await asyncio.sleep(step.seconds)
                case "hang_up":
                    self.leave("caller")


class Frames:
    """What a listener gets: a frame each 20 ms, speech where somebody speaks, silence where not."""

    def __init__(self, line: ScriptedLine, waiting: deque[bytes], over: Callable[[], bool] = lambda: False) -> None:
        self._line, self._waiting, self._over = line, waiting, over
        self.ended = line.without_sound

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if not self._ends():
            await asyncio.sleep(0.02)
        if self._ends():
            raise StopAsyncIteration
        return self._waiting.popleft() if self._waiting else SILENCE

    def _ends(self) -> bool:
        return self.ended or bool(self._line.ended_by) or self._over()
