"""What a scripted exchange knows: lines, phones, numbers outside, the link; and what a test may do to them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import Any

from kezek_telephony.types import CallGone, Line, LineEvent, LinkChanged, LinkDown, PhoneChanged, Refused, SuperviseMode
from kit.caller_script import Cue
from kit.scripted_caller import Frames, ScriptedLine
from kit.scripted_phone import NEVER, NOBODY, Phone
from kit.scripted_talk import ScriptedTalk
from kit.spoken import spoken

NORMAL_CLEARING = 16  # Q.850


class ScriptedExchange:
    """
    lines        by call
    rung         (call, phone, offer) of each attempt that reached a phone
    dialled_to   (call, number) of each `dial` that was not refused
    talks        call -> the talk going on; `.parties` are the phones and numbers in it
    supervising  leg -> (call, operator's phone, supervisor's phone, mode)
    recorded     (call, file) of each recording begun; `recording`: call -> file, those that run
    on_answer    called with the line of a citizen who answers a `dial`; else it is found in `answered`
    """

    def __init__(self, phones: Mapping[str, Phone] | None = None, outside: Mapping[str, Phone] | None = None) -> None:
        self.phones = dict(phones or {})
        self.outside = dict(outside or {})
        self.lines: dict[str, ScriptedLine] = {}
        self.rung: list[tuple[str, str, int]] = []
        self.dialled_to: list[tuple[str, str]] = []
        self.talks: dict[str, ScriptedTalk] = {}
        self.supervising: dict[str, tuple[str, str, str, SuperviseMode]] = {}
        self.recorded: list[tuple[str, str]] = []
        self.recording: dict[str, str] = {}
        self.answered: list[ScriptedLine] = []
        self.on_answer: Callable[[ScriptedLine], object] = self.answered.append
        self._citizens: dict[str, tuple[tuple[Cue, ...], dict[str, Any]]] = {}
        self._up = True
        self._link_lost = asyncio.Event()
        self._readers: list[asyncio.Queue[LineEvent]] = []
        self._ids = count(1)

    # --- what a test may do to it ---------------------------------------------------------------------------------

    def call(self, *cues: Cue, **caller: Any) -> ScriptedLine:
        """Somebody dials. Keywords are those of ScriptedLine."""
        caller.setdefault("call", f"script-{next(self._ids)}")
        line = ScriptedLine(*cues, on_gone=self._gone, **caller)
        self.lines[line.arrival.call] = line
        return line

    def citizen(self, number: str, behaviour: Phone, *cues: Cue, **caller: Any) -> None:
        """Who is reached by `dial` at this number: how his phone behaves, and what he does once he has answered."""
        self.outside[number] = behaviour
        self._citizens[number] = (cues, caller)

    def set_phone(self, phone: str, behaviour: Phone) -> None:
        """From now on the phone behaves so; a changed registration is told to all."""
        was = self.phones.get(phone, NOBODY)
        self.phones[phone] = behaviour
        if was.registered != behaviour.registered:
            self.tell(PhoneChanged(phone, behaviour.registered))

    def register(self, phone: str, registered: bool = True) -> None:
        self.set_phone(phone, replace(self.phones.get(phone, Phone()), registered=registered))

    def set_link(self, up: bool, *, resynced: bool = True) -> None:
        """The link to Asterisk breaks or comes back."""
        self._up = up
        if not up:
            lost, self._link_lost = self._link_lost, asyncio.Event()
            lost.set()
        self.tell(LinkChanged(up, resynced and up))

    def hang_up(self, phone: str) -> None:
        """Whoever talks at this phone or number hangs up."""
        for talk in list(self.talks.values()):
            talk.leaves(phone)

    def say(self, phone: str, text: str) -> None:
        """Whoever talks at this phone speaks: heard by those who overhear the caller's talk with it."""
        for talk in self.talks.values():
            if phone == talk.operator and not talk.over:
                for listener in talk.overheard:
                    listener.extend(spoken(text))

    def press_hold(self, phone: str, on: bool = True) -> None:
        """The operator at this phone presses its own hold key."""
        for talk in self.talks.values():
            if phone == talk.operator and talk.aside is None:
                talk.hold(on, said=f"{phone} {'holds' if on else 'resumes'}")

    # --- of a Switchboard -----------------------------------------------------------------------------------------

    @property
    def up(self) -> bool:
        return self._up

    def registered(self) -> frozenset[str]:
        return frozenset(name for name, phone in self.phones.items() if phone.registered)

    @asynccontextmanager
    async def overhear(self, line: Line) -> AsyncIterator[AsyncIterator[bytes]]:
        talk = self.talks.get(line.arrival.call)
        waiting: deque[bytes] = deque()
        if talk is not None:
            talk.overheard.append(waiting)
        frames = Frames(self.lines[line.arrival.call], waiting, lambda: talk is None or talk.over or not self._up)
        try:
            yield frames
        finally:
            frames.ended = True

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

    def need_link(self) -> None:
        if not self._up:
            raise LinkDown

    def tell(self, event: LineEvent) -> None:
        for reader in self._readers:
            reader.put_nowait(event)

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        """Somebody acts by himself after so long; NEVER: he does not."""
        if seconds != NEVER:
            asyncio.get_running_loop().call_later(seconds, act)

    def talk_of(self, call: str) -> ScriptedTalk:
        self.need_link()
        if call not in self.talks:
            raise Refused("there is no talk")
        return self.talks[call]

    def begin_talk(self, caller: ScriptedLine, party: str, behaviour: Phone) -> ScriptedTalk:
        talk = self.talks[caller.arrival.call] = ScriptedTalk(caller, party)
        caller.done.append("talk")
        talk.hears_us(True)
        caller.cue("talking")
        self.later(behaviour.talks, lambda: talk.leaves(party))
        for begins, seconds in behaviour.holds:
            self.later(begins, lambda: None if talk.over else self.press_hold(party))
            self.later(begins + seconds, lambda: None if talk.over else self.press_hold(party, False))
        return talk

    def end_talk(self, talk: ScriptedTalk) -> None:
        call = talk.caller.arrival.call
        talk.end()
        talk.caller.with_operator = False
        del self.talks[call]
        for leg in [leg for leg, (of, *_) in self.supervising.items() if of == call]:
            del self.supervising[leg]

    def _gone(self, line: ScriptedLine) -> None:
        self.recording.pop(line.arrival.call, None)
        self.tell(CallGone(line.arrival.call, NORMAL_CLEARING, by_fallback=False))
