"""Where the lines of one Asterisk meet the waiting line: who conducts a call, and which phones can ring."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

import structlog

from kezek_api.burials import Burials
from kezek_api.citizens import Citizens
from kezek_api.exchange_settings import spoken_dialogue, telephony_settings
from kezek_api.hearing import Hearing
from kezek_api.memory import Memory
from kezek_api.ours import Ours
from kezek_api.rules import Rules
from kezek_api.settings import Settings
from kezek_api.storm_ports import StormPorts
from kezek_api.strays import Strays
from kezek_ivr.dictating import NUMBER as DICTATION
from kezek_ivr.dictating import Dictating
from kezek_ivr.notice_rules import NOTICE
from kezek_ivr.reception import Reception
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.types import Directory, Storyteller, Waits
from kezek_queue import CallState, OperatorState, QueueError, Queues
from kezek_telephony import (
    CallGone,
    Line,
    LineEvent,
    LineLost,
    LinkChanged,
    LinkDown,
    Phone,
    PhoneChanged,
    Refused,
    Telephony,
)

log = structlog.get_logger(__name__)

MEMBERS_S = 5.0
STRAYS_S = 5.0
LOOK_S = 1.0
AWAY_S = 1.0


class Exchange:
    """Telephony, and Reception for each queue. `run` for ever; `drain` before it is cancelled.

    name: '' where it is the only one. conducted: whether this node has that call at another exchange."""

    def __init__(
        self,
        settings: Settings,
        queues: Queues,
        directory: Directory,
        hearing: Hearing,
        stories: Storyteller,
        *,
        rules: Rules,
        waits: Waits,
        memory: Memory,
        citizens: Citizens,
        storm: StormPorts,
        name: str = "",
        conducted: Callable[[str], bool] = lambda call: False,
    ) -> None:
        self.name = name
        self._conducted = conducted
        self._rules = rules
        self._waits = waits
        self._memory = memory
        self._citizens = citizens
        self._storm = storm
        self._settings = settings
        self._queues = queues
        self._directory = directory
        self._hearing = hearing
        self._stories = stories
        self._dialogue = spoken_dialogue(settings)
        self._receptions: dict[str, Reception] = {}
        self._calls: dict[str, asyncio.Task[None]] = {}
        self._draining = False
        self.settled = asyncio.Event()  # the line has been compared with Asterisk's calls once
        self.changed = asyncio.Event()  # its link has come or gone
        self.telephony: Telephony | None = None  # while it runs
        self.in_fallback = 0  # callers who wait in Asterisk's own queue, as it was told last
        self.away_since: float | None = None  # by the loop's clock

    @property
    def up(self) -> bool:
        return self.telephony is not None and self.telephony.switchboard.up

    @property
    def why(self) -> str:
        """It is not up; '' when it is."""
        if self.telephony is None:
            return "starting"
        if self.telephony.alarm:
            return self.telephony.alarm.replace("_", " ")
        return "" if self.up else "not connected"

    @property
    def calls(self) -> int:
        """Those in our hands here, in whatever phase."""
        return len(self._calls)

    def conducts(self, call: str) -> bool:
        return self.telephony is not None and self.telephony.lines.get(call) is not None

    async def run(self) -> None:
        self.away_since = asyncio.get_running_loop().time()
        telephony = Telephony(telephony_settings(self._settings, self.name), self._on_call)
        self._receptions = {queue: self._reception(telephony, queue) for queue in self._settings.queues}
        try:
            async with telephony, asyncio.TaskGroup() as group:
                self.telephony = telephony
                ours = Ours(telephony, self._queues, self._memory, self.name, self.queue_of, self._conducted)
                strays, burials = Strays(ours), Burials(ours)
                group.create_task(self._follow(telephony, strays, burials))
                group.create_task(self._keep_members(telephony))
                group.create_task(self._tend(burials))
                group.create_task(self._look(telephony, strays))
        finally:
            self.telephony = None

    async def drain(self) -> None:
        """No new calls; those who wait, now or after a ring or a talk, go to another node or to the fallback. Until no
        call is left: whoever has a limit cancels it."""
        self._draining = True
        if self.telephony is not None:
            self.telephony.drain()
        while self._calls:
            for call, task in list(self._calls.items()):
                if not await self._talks(call):
                    task.cancel()
            if ending := list(self._calls.values()):  # some have ended while the line was asked
                await asyncio.wait(ending, timeout=LOOK_S)

    async def _on_call(self, line: Line) -> None:
        if self._draining:
            raise LineLost("this node is going down")
        call, task = line.arrival.call, asyncio.current_task()
        queue = self.queue_of(line.arrival.dialled)
        if task is not None:
            self._calls[call] = task
        try:
            if line.arrival.dialled == DICTATION:
                await self._dictate(line)
            elif call.startswith(NOTICE):
                await self._citizens.told.serve(line, self._receptions[queue])
            else:
                await self._receptions[queue].serve(line)
        finally:
            if self._calls.get(call) is task:
                del self._calls[call]

    async def _dictate(self, line: Line) -> None:
        if self._storm.dictations is None:
            await line.hang_up()
        else:
            await Dictating(self._storm.dictations, self._dialogue).serve(line)

    def queue_of(self, dialled: str) -> str:
        return self._settings.numbers.get(dialled) or self._settings.queues[0]

    async def _talks(self, call: str) -> bool:
        """Or rings, or has just talked and is told good-bye."""
        try:
            now = await self._queues.call(call)
        except QueueError:
            return True
        over = now.state is CallState.ARRIVED and now.connected_at > 0
        return over or now.state in (CallState.OFFERED, CallState.TALKING)

    def _reception(self, telephony: Telephony, queue: str) -> Reception:
        settings = self._settings
        return Reception(
            telephony.switchboard,
            self._hearing.ears,
            self._queues,
            self._directory,
            self._hearing.phrasebooks,
            self._dialogue,
            self._stories,
            ReceptionSettings(
                node=settings.node,
                queue=queue,
                skills=self._rules.language_wishes,
                topic_skills=self._rules.topic_wishes,
                number_languages=self._rules.number_languages,
                wrap_up_s=settings.wrap_up_s,
                ring_s=settings.ring_s,
                callbacks=self._rules.callbacks,
                callback_from_s=self._rules.callback_from_s,
                recording=self._rules.recording,
                in_talk=self._rules.in_talk,
                silent_is_emergency=self._rules.citizens.silent_is_emergency,
            ),
            waits=self._waits,
            calendar=self._rules.calendar,
            outages=self._citizens.outages,
            tickets=self._citizens.tickets,
            emergencies=self._citizens.emergencies,
            voice=self._citizens.voice,
            rungs=self._storm.rungs,
            intake=self._storm.intake,
            bulletins=self._storm.bulletins,
            troubles=self._storm.troubles,
        )

    async def _follow(self, telephony: Telephony, strays: Strays, burials: Burials) -> None:
        async with aclosing(_closable(telephony.switchboard.events())) as events:
            async for event in events:
                match event:
                    case PhoneChanged():
                        await self._tell_phones(telephony)
                    case LinkChanged(up=up):
                        await self._tell_phones(telephony)
                        self.away_since = None if up else self.away_since or asyncio.get_running_loop().time()
                        self.changed.set()
                        if up:
                            await strays.reconcile()
                            self.settled.set()
                    case CallGone():
                        burials.take(event)

    async def _tend(self, burials: Burials) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await burials.tend()

    async def _look(self, telephony: Telephony, strays: Strays) -> None:
        while True:
            await asyncio.sleep(STRAYS_S)
            if telephony.switchboard.up:
                await strays.look()

    async def tell_phones(self) -> None:
        """Of themselves they are told when one changes: an emptied line has to hear of all."""
        if self.telephony is not None:
            await self._tell_phones(self.telephony)

    async def _tell_phones(self, telephony: Telephony) -> None:
        """The phones as they are now; asked again until the waiting line has taken it. A link that is down says nothing
        about phones: the last word stands."""
        while telephony.switchboard.up:
            try:
                await self._queues.phones(telephony.switchboard.registered(), exchange=self.name)
                return
            except QueueError as away:
                log.warning("phones_not_told", code=away.code)
                await asyncio.sleep(AWAY_S)

    async def _keep_members(self, telephony: Telephony) -> None:
        """Asterisk's own queue has our operators at any moment. Paused there is who paused himself: nobody could end a
        wrap-up while we are away."""
        while True:
            await asyncio.sleep(MEMBERS_S)
            if not telephony.switchboard.up:
                continue
            try:
                operators = (await self._queues.snapshot()).operators
                members: dict[str | Phone, bool] = {
                    Phone(operator.phone, operator.exchange): operator.state is OperatorState.PAUSED
                    for operator in operators
                    if operator.phone and operator.state is not OperatorState.AWAY
                }
                self.in_fallback = await telephony.switchboard.keep_fallback(members)
            except (LinkDown, Refused, QueueError) as away:
                log.debug("members_not_kept", code=away.code)


async def _closable(events: AsyncIterator[LineEvent]) -> AsyncGenerator[LineEvent]:
    async for event in events:
        yield event
