"""Beside a talk: the queue is told what happens in it, and what the operators ask for is done on the switchboard."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from kezek_ivr.aside import Asides
from kezek_ivr.conversation import Conversation
from kezek_ivr.forgotten import Forgotten
from kezek_ivr.overheard import Hearing
from kezek_ivr.recording import Recorder
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.steady import QueueAway, steady
from kezek_ivr.watch import Command
from kezek_queue.types import Call, CallState, End, NotAllowed, QueueError, Queues, Stale, Unknown
from kezek_telephony.types import HungUp, Switchboard, TelephonyError

log = structlog.get_logger(__name__)

UNSURE_S = 1.0  # between two looks at a line of which events were lost


class InTalk:
    """One operator's talk with the caller, from the first word; a helper may have become its owner at the end."""

    def __init__(
        self,
        board: Switchboard,
        queues: Queues,
        settings: ReceptionSettings,
        recorder: Recorder,
        forgotten: Forgotten,
        hearing: Hearing,
        talk: Conversation,
        *,
        several: bool,
    ) -> None:
        self._board, self._queues, self._settings, self._recorder = board, queues, settings, recorder
        self._talk, self._several, self._forgotten = talk, several, forgotten
        self._told: asyncio.Queue[bool] = asyncio.Queue()
        self._confirmed = asyncio.Event()
        self._plain = True  # nobody but the two, and no hold
        self._held = False
        self._asides = Asides(board, queues, settings, talk, self._confirmed)
        self._overheard = hearing.of(talk, self._apart)

    def held(self, on: bool) -> None:
        """The caller is on hold now, or no more."""
        self._told.put_nowait(on)
        self._plain, self._held = False, on
        self._talk.story.tell("held" if on else "resumed")

    async def confirm(self) -> None:
        """Tell the queue that they talk; beside the talk, which waits for nobody."""
        talk, limit = self._talk, self._settings.closing_limit_s
        call, offer = talk.call, talk.offer
        who = talk.operator if self._several else ""
        try:
            await steady(lambda: self._queues.accept(call, offer, operator=who), limit=limit, what="accept")
            await steady(lambda: self._queues.connect(call, offer), limit=limit, what="connect")
        except (Stale, NotAllowed, Unknown):
            # The lease ran out in the moment of picking up, or the line lost the offer. They do talk: the call must be
            # offered to nobody else, and nobody else to the operator.
            log.warning("talk.unfenced", call=call, operator=talk.operator)
            if not await self._forgotten.adopted(talk):
                await self._end_answered()
        except QueueAway:
            log.error("talk.not_told", call=call)
        self._confirmed.set()

    async def attend(self) -> None:
        """For as long as the talk lasts."""
        while not self._talk.watch.commands.empty():
            self._talk.watch.commands.get_nowait()  # of a talk before this one
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tell_holds())
            group.create_task(self._give_away())
            group.create_task(self._recorder.begin(self._talk))
            group.create_task(self._overheard.attend())
            while True:
                await self._obey(await self._talk.watch.commands.get(), group)

    @property
    def plain(self) -> bool:
        """There is nothing to be told of it but its end."""
        return self._confirmed.is_set() and self._plain

    async def settle(self, limit: float) -> None:
        """The talk is over: its last words are written, a consultation that went on comes to its end, and its helper is
        free."""
        await self._overheard.settle()
        await self._asides.settle(limit)

    def _apart(self) -> bool:
        """The caller and an operator of ours do not hear each other now."""
        return self._held or self._asides.apart or not self._talk.offer

    async def _obey(self, command: Command, group: asyncio.TaskGroup) -> None:
        talk, board = self._talk, self._board
        if command.offer not in (talk.offer, self._asides.helper_offer) or not command.offer:
            log.warning("command.stale", call=talk.call, name=command.name)
            return
        try:
            match command.name:
                case "hold":
                    await board.hold(talk.line)
                case "resume":
                    await board.resume(talk.line)
                case "release":
                    await board.release(talk.line)
                case "transfer":
                    talk.divert_to = command.facts.get("number", "")
                    await board.release(talk.line)
                case "consult":
                    self._plain = False
                    self._asides.begin(command.facts, group)
                case "join":
                    await self._asides.join()
                case "complete":
                    await board.hand_over(talk.line)
                case "cancel":
                    await board.retrieve(talk.line)
                case "record" | "stop_recording":
                    await self._recorder.command(talk, on=command.name == "record")
                case _:
                    log.warning("command.unknown", call=talk.call, name=command.name)
        except HungUp:
            return  # the talk is about to say so itself
        except TelephonyError as error:
            talk.divert_to = ""
            log.warning("command.not_done", call=talk.call, name=command.name, code=error.code)

    async def _give_away(self) -> None:
        """The operator has given the caller to somebody else: their talk is over."""
        talk = self._talk
        while not await self._given_away():
            talk.watch.changed.clear()
            try:
                async with asyncio.timeout(UNSURE_S if talk.watch.unsure else self._settings.poll_s):
                    await talk.watch.changed.wait()
            except TimeoutError:
                continue
        try:
            await self._board.release(talk.line)
        except TelephonyError as error:  # it ends by itself as well: the giver wraps up, and hangs up
            log.warning("talk.not_released", call=talk.call, code=error.code)

    async def _given_away(self) -> bool:
        talk = self._talk
        if talk.watch.transferred == talk.offer != 0:
            return True
        told = talk.watch.changed.is_set() and not talk.watch.unsure
        if told or not self._confirmed.is_set():
            return False  # something was told meanwhile, and it was no transfer; the state is read when all is quiet
        try:
            return is_given_away(await talk.watch.look(), talk)
        except Unknown:
            with suppress(QueueAway):
                await self._forgotten.tell(talk)
            return False
        except QueueError:
            return False

    async def _tell_holds(self) -> None:
        while True:
            on = await self._told.get()
            await self._confirmed.wait()
            verb = self._queues.hold if on else self._queues.resume
            await self._say(lambda verb=verb: verb(self._talk.call, self._talk.offer), "hold")  # type: ignore[misc]

    async def _say(self, verb: Callable[[], Awaitable[None]], what: str) -> None:
        try:
            await steady(verb, limit=self._settings.closing_limit_s, what=what)
        except Stale:
            log.debug("talk.stale", call=self._talk.call, what=what)
        except (QueueAway, QueueError) as error:
            log.warning("talk.not_told", call=self._talk.call, what=what, code=error.code)

    async def _end_answered(self) -> None:
        limit = self._settings.closing_limit_s
        try:
            await steady(lambda: self._queues.end(self._talk.call, End.ANSWERED), limit=limit, what="end")
        except (QueueAway, QueueError) as error:
            log.error("end.not_told", call=self._talk.call, code=error.code)


def is_given_away(call: Call, talk: Conversation) -> bool:
    """Whether the caller of this talk waits for somebody else by now."""
    return call.state in (CallState.WAITING, CallState.OFFERED) and call.connected_at > 0 and call.offer != talk.offer
