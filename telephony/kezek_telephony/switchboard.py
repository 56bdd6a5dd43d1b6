"""The exchange on a real Asterisk, as `types.Switchboard`: reads its events in order and tells what happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress

import structlog

from .ami import LINK_DOWN, LINK_UP, OVERFLOW, AmiLink
from .ami_protocol import AmiEvent
from .calls import Lines
from .consulting import Consulting
from .departures import Departures, Seen
from .fallback import keep_fallback
from .line import AgiLine
from .live import LiveCall
from .outside import Dialler
from .overhearing import Overhearing
from .peers import Peers
from .phones import PhoneBook
from .ringing import Ringer
from .settings import TelephonySettings
from .supervision import Supervision
from .types import (
    AsideStep,
    CallGone,
    DialStep,
    Line,
    LineEvent,
    LineLost,
    LinkChanged,
    Outside,
    Phone,
    PhoneChanged,
    Refused,
    RingStep,
    SuperviseMode,
    TelephonyError,
)
from .wording import dial_string, prompt_files

log = structlog.get_logger(__name__)

RETRY_S = 0.5


class AsteriskSwitchboard:
    """`run()` reads the events; the verbs may be called from any coroutine of the same loop."""

    def __init__(self, settings: TelephonySettings, link: AmiLink, lines: Lines) -> None:
        self._settings, self._link, self._lines = settings, link, lines
        self._phones = PhoneBook(settings.other_endpoints, settings.exchange)
        self.peers = Peers(link, self._phones)
        self._departures = Departures(link)
        self._doubt = asyncio.Event()
        self._unsaid = asyncio.Event()
        self._ringer = Ringer(link, settings.back_timeout_s, self._doubt.set)
        self._handling = self._ringer.handling
        self._consulting = Consulting(self._handling.moves, self._doubt.set)
        self._dialler = Dialler(link)
        self._supervision = Supervision(link)
        self._overhearing = Overhearing(link, self._ringer.talk)
        self._readers: list[asyncio.Queue[LineEvent]] = []
        self._in_step = False

    # --- the verbs of a Switchboard -----------------------------------------------------------------------------------

    @property
    def up(self) -> bool:
        """The link is up and the states have been read."""
        return self._link.up and self._in_step

    def registered(self) -> frozenset[str]:
        return self._phones.registered if self.up else frozenset()

    def ring(
        self,
        line: Line,
        *,
        phones: Sequence[Phone],
        offer: int,
        seconds: int,
        still_ours: Callable[[], bool],
    ) -> AsyncIterator[RingStep]:
        own = [self._own(phone) for phone in phones]
        return self._ringer.ring(self._caller(line), own, offer, seconds, still_ours)

    async def stop_ringing(self, line: Line, *, phone: str = "") -> None:
        await self._ringer.stop(line.arrival.call, phone)

    def divert(
        self, line: Line, to: Outside, *, seconds: int, say: Sequence[str] = (), language: str = ""
    ) -> AsyncIterator[RingStep]:
        return self._ringer.divert(self._caller(line), to, seconds, prompt_files(self._settings.prompts, language, say))

    async def release(self, line: Line) -> None:
        await self._handling.release(self._caller(line), self._ringer.talk(line.arrival.call))

    async def hold(self, line: Line) -> None:
        await self._handling.hold(self._caller(line), self._ringer.talk(line.arrival.call))

    async def resume(self, line: Line) -> None:
        await self._handling.resume(self._caller(line), self._ringer.talk(line.arrival.call))

    def consult(self, line: Line, to: Phone | Outside, *, seconds: int) -> AsyncIterator[AsideStep]:
        to = self._own(to) if isinstance(to, Phone) else to
        return self._consulting.consult(self._caller(line), self._ringer.talk(line.arrival.call), to, seconds)

    async def join(self, line: Line) -> None:
        await self._handling.join(self._caller(line), self._ringer.talk(line.arrival.call))

    async def hand_over(self, line: Line) -> None:
        await self._handling.hand_over(self._caller(line), self._ringer.talk(line.arrival.call))

    async def retrieve(self, line: Line) -> None:
        await self._handling.retrieve(self._caller(line), self._ringer.talk(line.arrival.call))

    def dial(self, call: str, to: Outside, *, since: float, language: str, seconds: int) -> AsyncIterator[DialStep]:
        return self._dialler.dial(call, to, since=since, language=language, seconds=seconds)

    async def dialled(self, call: str) -> bool | None:
        return await self._dialler.dialled(call)

    async def cancel_dial(self, call: str) -> None:
        await self._dialler.cancel(call)

    async def supervise(self, call: str, operator_phone: str, *, phone: Phone, mode: SuperviseMode) -> str:
        phone = self._own(phone)
        if not phone.exchange and phone.name not in self.registered():
            raise Refused("the supervisor's phone cannot be rung")
        return await self._supervision.supervise(call, operator_phone, phone, mode)

    async def stop_supervising(self, leg: str) -> None:
        await self._supervision.stop(leg)

    async def record(self, line: Line, file: str) -> None:
        await self._supervision.record(line.arrival.channel, file)

    async def stop_recording(self, line: Line) -> None:
        await self._supervision.stop_recording(line.arrival.channel)

    @asynccontextmanager
    async def overhear(self, line: Line) -> AsyncIterator[AsyncIterator[bytes]]:
        async with aclosing(self._overhearing.operator(self._caller(line))) as frames:
            yield frames

    def events(self) -> AsyncIterator[LineEvent]:
        """See `types.Switchboard`. The state as it is: link, phones, and the callers who left within the hour."""
        reader: asyncio.Queue[LineEvent] = asyncio.Queue()
        reader.put_nowait(LinkChanged(self.up, self.up))
        for phone in sorted(self.registered()):
            reader.put_nowait(PhoneChanged(phone, True, self._settings.exchange))
        for gone in self._departures.book.recent():
            reader.put_nowait(gone)
        self._readers.append(reader)
        return self._read(reader)

    async def live_calls(self) -> list[LiveCall]:
        """Every caller on the line, whoever holds it. Raises LinkDown."""
        return await self._departures.live_calls()

    @property
    def started(self) -> float:
        """When Asterisk began, by its own clock: unix seconds, whole ones; 0 when it does not say."""
        return self._departures.started

    async def look_again(self) -> None:
        """For departures whose events were lost, though the link was not. Raises LinkDown."""
        lines = list(self._lines)
        self._tell_departures(await self._departures.look(), lines)

    def talks(self) -> set[str]:
        """The calls of this node that talk now."""
        return {each.trace.call for each in self._ringer.attempts() if each.trace.connected_at is not None}

    def settle(self, gone: CallGone) -> None:
        """The line has been told of it, or need not be: its row in Asterisk's database goes when it is an hour old, and
        stays until then, for whoever is here when we are not."""
        self._departures.book.settle(gone.call)

    def departed(self) -> list[str]:
        """The calls whose end is told by an event, or will be: CallGone."""
        return [gone.call for gone in self._departures.book.recent()]

    async def keep_fallback(self, members: Mapping[str | Phone, bool]) -> int:
        """Keep Asterisk's own queue in step: phone -> paused. Raises LinkDown, Refused."""
        told = {
            dial_string(self._own(phone)) if isinstance(phone, Phone) else phone: paused
            for phone, paused in members.items()
        }
        return await keep_fallback(self._link, self._settings.fallback_queue, told)

    def _own(self, phone: Phone) -> Phone:
        """A phone that is registered here needs no exchange."""
        return Phone(phone.name) if phone.exchange == self._settings.exchange else phone

    # --- reading events -----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Read the link's events in order, until cancelled."""
        subscription = self._link.subscribe()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._settle_doubts())
                group.create_task(self._hear_the_unsaid())
                while True:
                    event = await subscription.get()
                    if event.name in (LINK_UP, OVERFLOW):
                        subscription.at_once = None  # what comes meanwhile is taken after the state
                        await self._resync()
                        subscription.at_once = self._take
                    elif event.name == LINK_DOWN:
                        self._in_step = False
                        self._tell(LinkChanged(False, False))
                    else:
                        self._take(event)
        finally:
            self._link.unsubscribe(subscription)

    async def _settle_doubts(self) -> None:
        """An attempt that told nothing for long: ask what has become of it."""
        while True:
            await self._doubt.wait()
            self._doubt.clear()
            if self.up:
                attempts = self._ringer.attempts()
                try:
                    self._ringer.recheck(attempts, await self.live_calls())
                    await self._handling.recheck()
                except TelephonyError as error:
                    log.warning("recheck_failed", error=type(error).__name__)

    async def _hear_the_unsaid(self) -> None:
        """Somebody left without a word."""
        while True:
            await self._unsaid.wait()
            self._unsaid.clear()
            if self.up:  # else all is read again when it is
                with suppress(TelephonyError):
                    await self.look_again()

    async def _resync(self) -> None:
        """Read everything again. Gives up when the link breaks meanwhile: its return begins anew."""
        self._in_step = False
        while self._link.up:
            lines, attempts = list(self._lines), self._ringer.attempts()  # Asterisk cannot tell of later ones
            try:
                endpoints = await self._link.rows("PJSIPShowEndpoints")
                seen = await self._departures.look()
                await self._handling.recheck()
            except TelephonyError as error:
                log.warning("resync_failed", error=type(error).__name__)
                await asyncio.sleep(RETRY_S)
                continue
            self._in_step = True
            for change in self._phones.read(endpoints):
                self._tell(change)
            self._ringer.recheck(attempts, seen.live)
            self._tell_departures(seen, lines)
            self._tell(LinkChanged(True, True))
            return

    def _tell_departures(self, seen: Seen, lines: Iterable[AgiLine]) -> None:
        for gone in self._departures.read(seen):
            self._tell(gone)
        self._departures.tell_lines(lines, seen)
        self._departures.sweep()

    def _take(self, event: AmiEvent) -> None:
        match event.name:
            case "DeviceStateChange":
                change = self._phones.take(event)
                if change is not None:
                    self._tell(change)
            case "DTMFEnd" if event["direction"] == "Received":
                line = self._lines.by_channel(event["channel"])
                if line is not None:
                    line.pressed(event["digit"])
            case "Newstate":
                self._ringer.take(event)
                self._dialler.take(event)
            case "DialBegin" | "DialState" | "DialEnd" | "BridgeEnter" | "ConfbridgeJoin" | "Hold" | "Unhold":
                self._ringer.take(event)
            case "UserEvent" | "Hangup":
                self._ringer.take(event)
                self._dialler.take(event)
                self._left(event)

    def _left(self, event: AmiEvent) -> None:
        """The end of a caller's channel: the hang-up handler's word, or Hangup where there was no handler."""
        if event.name == "UserEvent":
            if event["userevent"] != "KezekGone":
                return
            gone = self._departures.take(event)
            if gone is not None:
                self._tell(gone)
        line = self._lines.get(event["call"] or event["uniqueid"])
        if line is None:
            return
        if self._departures.book.get(line.arrival.call) is None:
            self._unsaid.set()  # the handler's word was lost: its row says whether he was talked with
        else:
            self._departures.tell_line(line)

    def _caller(self, line: Line) -> AgiLine:
        caller = self._lines.get(line.arrival.call)
        if caller is None:
            raise LineLost("the line is not of this node")
        return caller

    # --- telling ------------------------------------------------------------------------------------------------------

    def _tell(self, event: LineEvent) -> None:
        for reader in self._readers:
            reader.put_nowait(event)

    async def _read(self, reader: asyncio.Queue[LineEvent]) -> AsyncIterator[LineEvent]:
        try:
            while True:
                yield await reader.get()
        finally:
            self._readers.remove(reader)
