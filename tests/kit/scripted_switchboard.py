"""An exchange without Asterisk: operators' phones that answer, or do not, as a script says. No I/O, only timers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from kezek_telephony.types import (
    CallGone,
    Connected,
    HungUp,
    Line,
    LineEvent,
    LinkChanged,
    LinkDown,
    NotTaken,
    PhoneChanged,
    Refused,
    Ringing,
    RingStep,
    TalkEnded,
)
from kit.caller_script import Cue
from kit.scripted_caller import ScriptedLine

NEVER = float("inf")
NORMAL_CLEARING = 16  # Q.850


@dataclass(frozen=True)
class Phone:
    """How an operator's phone behaves, in seconds. `talks`: until the operator hangs up; NEVER: the caller does."""

    answers_after: float = 2.0
    talks: float = 30.0
    busy: bool = False
    registered: bool = True


class ScriptedSwitchboard:
    """Meets `kezek_telephony.types.Switchboard`; make its lines with `call(...)`.

    rung   (call, phone, offer) of each attempt that reached a phone
    lines  by call
    """

    def __init__(self, phones: Mapping[str, Phone] | None = None) -> None:
        self.phones = dict(phones or {})
        self.lines: dict[str, ScriptedLine] = {}
        self.rung: list[tuple[str, str, int]] = []
        self._up = True
        self._ringing: set[str] = set()
        self._last_offer: dict[str, int] = {}
        self._declined: dict[str, asyncio.Event] = {}
        self._readers: list[asyncio.Queue[LineEvent]] = []
        self._ids = count(1)

    # --- what a test may do to it ---------------------------------------------------------------------------------

    def call(self, *cues: Cue, **caller: Any) -> ScriptedLine:
        """Somebody dials. Keywords are those of ScriptedLine."""
        caller.setdefault("call", f"script-{next(self._ids)}")
        line = ScriptedLine(*cues, on_gone=self._gone, **caller)
        self.lines[line.arrival.call] = line
        return line

    def set_phone(self, phone: str, behaviour: Phone) -> None:
        """From now on the phone behaves so; a changed registration is told to all."""
        was = self.phones.get(phone, Phone(registered=False))
        self.phones[phone] = behaviour
        if was.registered != behaviour.registered:
            self._tell(PhoneChanged(phone, behaviour.registered))

    def register(self, phone: str, registered: bool = True) -> None:
        self.set_phone(phone, replace(self.phones.get(phone, Phone()), registered=registered))

    def set_link(self, up: bool, *, resynced: bool = True) -> None:
        """The link to Asterisk breaks or comes back."""
        self._up = up
        self._tell(LinkChanged(up, resynced and up))

    # --- the verbs of a Switchboard -------------------------------------------------------------------------------

    @property
    def up(self) -> bool:
        return self._up

    def registered(self) -> frozenset[str]:
        return frozenset(name for name, phone in self.phones.items() if phone.registered)

    async def ring(
        self, line: Line, *, phone: str, offer: int, seconds: int, still_ours: Callable[[], bool]
    ) -> AsyncIterator[RingStep]:
        caller = self.lines[line.arrival.call]
        caller.check()
        self._need_link()
        if line.arrival.call in self._ringing:
            raise Refused("the call is being rung already")
        self._ringing.add(line.arrival.call)
        try:
            await asyncio.sleep(0)
            if not still_ours():
                yield NotTaken("stale")
                return
            async for step in self._attempt(caller, phone, offer, seconds):
                yield step
        finally:
            self._ringing.discard(line.arrival.call)

    async def _attempt(self, caller: ScriptedLine, phone: str, offer: int, seconds: int) -> AsyncIterator[RingStep]:
        if offer <= self._last_offer.get(caller.arrival.call, 0):
            yield self._back(caller, "stale")
            return
        self._last_offer[caller.arrival.call] = offer
        behaviour = self.phones.get(phone, Phone(registered=False))
        caller.done.append(f"ring {phone}")
        if not behaviour.registered:
            yield self._back(caller, "unreachable")
            return
        self.rung.append((caller.arrival.call, phone, offer))
        if behaviour.busy:
            yield self._back(caller, "busy")
            return
        declined = self._declined[caller.arrival.call] = asyncio.Event()
        caller.with_music = False
        caller.cue("ringing")
        yield Ringing()
        try:
            await caller.until(declined.is_set, min(behaviour.answers_after, seconds))
        finally:
            self._declined.pop(caller.arrival.call, None)
        if declined.is_set():
            yield self._back(caller, "declined")
            return
        if behaviour.answers_after > seconds:
            yield self._back(caller, "no_answer")
            return
        async for step in self._talk(caller, behaviour):
            yield step

    async def _talk(self, caller: ScriptedLine, behaviour: Phone) -> AsyncIterator[RingStep]:
        began = asyncio.get_running_loop().time()
        caller.with_operator = True
        caller.done.append("talk")
        caller.cue("talking")
        yield Connected()
        try:
            await caller.until(lambda: False, None if behaviour.talks == NEVER else behaviour.talks)
        except HungUp:
            pass
        finally:
            caller.with_operator = False
        if not caller.gone:
            caller.done.append("talk ended")
            caller.forget_keys()
        yield TalkEnded(asyncio.get_running_loop().time() - began, caller_stays=not caller.gone)

    async def stop_ringing(self, line: Line) -> None:
        self._need_link()
        declined = self._declined.get(line.arrival.call)
        if declined is not None:
            declined.set()
            self.lines[line.arrival.call].wake()

    def events(self) -> AsyncIterator[LineEvent]:
        reader: asyncio.Queue[LineEvent] = asyncio.Queue()
        reader.put_nowait(LinkChanged(self._up, self._up))
        for phone in sorted(self.registered()):
            reader.put_nowait(PhoneChanged(phone, True))
        self._readers.append(reader)
        return self._read(reader)

    async def _read(self, reader: asyncio.Queue[LineEvent]) -> AsyncIterator[LineEvent]:
        try:
            while True:
                yield await reader.get()
        finally:
            self._readers.remove(reader)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _need_link(self) -> None:
        if not self._up:
            raise LinkDown

    def _back(self, caller: ScriptedLine, reason: str) -> NotTaken:
        caller.check()
        caller.forget_keys()
        caller.start_music()
        return NotTaken(reason)

    def _gone(self, line: ScriptedLine) -> None:
        self._tell(CallGone(line.arrival.call, NORMAL_CLEARING, by_fallback=False))

    def _tell(self, event: LineEvent) -> None:
        for reader in self._readers:
            reader.put_nowait(event)
