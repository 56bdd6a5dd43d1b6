"""The line has come back empty, or without its last second: what this node knows of its call is told to it again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast
from uuid import uuid4

import structlog

from kezek_ivr.conversation import Conversation
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.steady import QueueAway, steady
from kezek_queue.types import Call, CallKind, CallState, NotAllowed, QueueError, Queues
from kezek_register.phones import e164
from kezek_telephony.types import Arrival

log = structlog.get_logger(__name__)

RESTORED_S = 3.0  # a callback's own record comes with what the house restores
LOOK_S = 0.2


class Forgotten:
    def __init__(self, queues: Queues, settings: ReceptionSettings) -> None:
        self._queues, self._settings = queues, settings

    async def arrive(self, talk: Conversation) -> Call:
        """The call is ours to conduct now. Raises QueueAway."""
        arrival, key = talk.line.arrival, uuid4().hex
        return await steady(
            lambda: self._queues.arrive(
                arrival.call,
                caller=number_of(arrival),
                dialled=arrival.dialled,
                since=arrival.since,
                node=self._settings.node,
                queue=self._settings.queue,
                exchange=arrival.exchange,
                key=key,
            ),
            limit=self._settings.queue_limit_s,
            what="arrive",
        )

    async def tell(self, talk: Conversation) -> Call:
        """The call, its talk if it is in one, and its notes. Raises QueueAway."""
        log.warning("call.forgotten", call=talk.call, talks=talk.connected)
        if talk.kind is CallKind.CALLBACK:
            await self._restored()
        call = None
        if talk.connected and talk.offer and talk.finished != talk.offer:
            with suppress(NotAllowed):  # by the line's knowledge the operator talks to somebody else
                call = await self._adopt(talk)
        if call is None:
            call = await self.arrive(talk)
        with suppress(QueueError, QueueAway):
            await steady(lambda: self._queues.note(talk.call, _notes(talk)), limit=self._limit, what="note")
        return call

    async def adopted(self, talk: Conversation) -> bool:
        """The line has no such offer, but they do talk. False: it cannot be told so."""
        try:
            call = await self._adopt(talk)
        except (QueueAway, QueueError) as error:
            log.warning("talk.not_adopted", call=talk.call, error=type(error).__name__)
            return False
        return call.state is CallState.TALKING and call.offer == talk.offer

    async def _adopt(self, talk: Conversation) -> Call:
        arrival, loop = talk.line.arrival, asyncio.get_running_loop()
        now = await steady(self._queues.now, limit=self._limit, what="clock")
        since = now - (loop.time() - talk.talks_since)
        return await steady(
            lambda: self._queues.adopt(
                talk.call,
                caller=number_of(arrival),
                dialled=arrival.dialled,
                since=arrival.since,
                queue=talk.queue,
                exchange=arrival.exchange,
                operator=talk.operator,
                offer=talk.offer,
                connected_at=since,
                node=self._settings.node,
                priority=talk.priority,
            ),
            limit=self._limit,
            what="adopt",
        )

    async def _restored(self) -> None:
        with suppress(TimeoutError, QueueError):
            async with asyncio.timeout(RESTORED_S):
                while True:
                    if await self._queues.mark():
                        return
                    await asyncio.sleep(LOOK_S)

    @property
    def _limit(self) -> float:
        return self._settings.queue_limit_s


def number_of(arrival: Arrival) -> str:
    """As a callback knows him, however the exchange writes it."""
    caller = arrival.caller or ""
    return e164(caller) or caller


def _notes(talk: Conversation) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], talk.keeper.notes)
