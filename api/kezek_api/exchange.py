"""Where the lines meet the waiting line: who conducts a call, and which phones can ring."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import structlog

from kezek_api.health import Health
from kezek_api.hearing import Hearing
from kezek_api.settings import Settings, split_address
from kezek_api.strays import Strays
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.reception import Reception
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.types import Directory, Storyteller
from kezek_queue import CallState, OperatorState, QueueError, Queues
from kezek_telephony import (
    CallGone,
    Line,
    LineEvent,
    LineLost,
    LinkChanged,
    LinkDown,
    Refused,
    Telephony,
    TelephonySettings,
)

log = structlog.get_logger(__name__)

MEMBERS_S = 5.0
STRAYS_S = 5.0
LOOK_S = 1.0
AWAY_S = 1.0


class Exchange:
    """Telephony, and Reception for each queue. `run` for ever; `drain` before it is cancelled."""

    def __init__(
        self,
        settings: Settings,
        queues: Queues,
        directory: Directory,
        hearing: Hearing,
        stories: Storyteller,
        health: Health,
    ) -> None:
        self._settings = settings
        self._queues = queues
        self._directory = directory
        self._hearing = hearing
        self._stories = stories
        self._health = health
        self._dialogue = spoken_dialogue(settings)
        self._receptions: dict[str, Reception] = {}
        self._calls: dict[str, asyncio.Task[None]] = {}
        self._draining = False
        self.settled = asyncio.Event()  # the line has been compared with Asterisk's calls once

    async def run(self) -> None:
        telephony = Telephony(telephony_settings(self._settings), self._on_call)
        self._receptions = {queue: self._reception(telephony, queue) for queue in self._settings.queues}
        try:
            async with telephony, asyncio.TaskGroup() as group:
                group.create_task(self._watch(telephony))
                strays = Strays(telephony, self._queues)
                group.create_task(self._follow(telephony, strays, group))
                group.create_task(self._keep_members(telephony))
                group.create_task(self._tend_strays(telephony, strays))
        finally:
            self._health.mark("asterisk", False, "not connected")

    async def drain(self, limit_s: float) -> None:
        """No new calls; those who wait go to another node or to the fallback; talks may end within the limit."""
        self._draining = True
        for call, task in list(self._calls.items()):
            if not await self._talks(call):
                task.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while self._calls:
                    await asyncio.wait(list(self._calls.values()), timeout=LOOK_S)

    async def _on_call(self, line: Line) -> None:
        if self._draining:
            raise LineLost("this node is going down")
        call, task = line.arrival.call, asyncio.current_task()
        queue = self._settings.numbers.get(line.arrival.dialled) or self._settings.queues[0]
        if task is not None:
            self._calls[call] = task
        try:
            await self._receptions[queue].serve(line)
        finally:
            if self._calls.get(call) is task:
                del self._calls[call]

    async def _talks(self, call: str) -> bool:
        try:
            return (await self._queues.call(call)).state in (CallState.OFFERED, CallState.TALKING)
        except QueueError:
            return True

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
            ReceptionSettings(node=settings.node, queue=queue, wrap_up_s=settings.wrap_up_s, ring_s=settings.ring_s),
        )

    async def _watch(self, telephony: Telephony) -> None:
        """Marks the health; a link that changes is marked by its event too, this is for what tells nothing."""
        while True:
            self._health.mark("asterisk", telephony.switchboard.up, self._why(telephony))
            await asyncio.sleep(LOOK_S)

    async def _follow(self, telephony: Telephony, strays: Strays, group: asyncio.TaskGroup) -> None:
        async with aclosing(_closable(telephony.switchboard.events())) as events:
            async for event in events:
                await self._tell_phones(telephony)
                match event:
                    case LinkChanged(up=up):
                        self._health.mark("asterisk", up, self._why(telephony))
                        if up:
                            await strays.reconcile()
                            self.settled.set()
                    case CallGone(by_fallback=True):
                        await strays.bury(event)  # before the reconciliation, which knows no talk of the fallback's
                    case CallGone():
                        group.create_task(strays.bury(event))

    async def _tend_strays(self, telephony: Telephony, strays: Strays) -> None:
        while True:
            await asyncio.sleep(STRAYS_S)
            if telephony.switchboard.up:
                await strays.look()

    async def _tell_phones(self, telephony: Telephony) -> None:
        """The phones as they are now; asked again until the waiting line has taken it. A link that is down says nothing
        about phones: the last word stands."""
        while telephony.switchboard.up:
            try:
                await self._queues.phones(telephony.switchboard.registered())
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
                members = {
                    operator.phone: operator.state is OperatorState.PAUSED
                    for operator in operators
                    if operator.phone and operator.state is not OperatorState.AWAY
                }
                await telephony.switchboard.keep_fallback(members)
            except (LinkDown, Refused, QueueError) as away:
                log.debug("members_not_kept", code=away.code)

    @staticmethod
    def _why(telephony: Telephony) -> str:
        if telephony.alarm:
            return telephony.alarm.replace("_", " ")
        return "" if telephony.switchboard.up else "not connected"


def telephony_settings(settings: Settings) -> TelephonySettings:
    """Raises SettingsError without an AMI secret."""
    fastagi_host, fastagi_port = split_address(settings.fastagi_listen)
    sound_host, sound_port = split_address(settings.sound_listen)
    return TelephonySettings(
        ami_host=settings.ami_host,
        ami_port=settings.ami_port,
        ami_user=settings.ami_user,
        ami_secret=settings.ami_password(),
        fastagi_host=fastagi_host,
        fastagi_port=fastagi_port,
        sound_host=sound_host,
        sound_port=sound_port,
        sound_address=settings.sound_address,
        prompts=settings.prompts,
    )


def spoken_dialogue(settings: Settings) -> Dialogue:
    """The packaged dialogue in this site's languages, in its order. Raises DialogueError."""
    dialogue = Dialogue.load()
    spoken = {code: dialogue.languages[code] for code in settings.languages if code in dialogue.languages}
    if not spoken:
        return dialogue
    default = settings.default_language if settings.default_language in spoken else next(iter(spoken))
    return replace(dialogue, languages=spoken, language=replace(dialogue.language, default=default))


async def _closable(events: AsyncIterator[LineEvent]) -> AsyncGenerator[LineEvent]:
    async for event in events:
        yield event
