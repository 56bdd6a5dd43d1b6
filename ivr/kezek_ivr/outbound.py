"""Callbacks dialled: each offer of one is claimed in SQL before anything is dialled, and what is unclear is asked of
Asterisk, never guessed. Nobody is dialled twice (P8), and nobody without an operator reserved for him (P12)."""

from __future__ import annotations

import asyncio

import structlog

from kezek_ivr.dialling import Attempt, Dialling, Dials, key_of
from kezek_ivr.settings import OutboundSettings
from kezek_ivr.steady import QueueAway, steady
from kezek_ivr.types import Ledger
from kezek_queue.types import CallKind, CallState, FeedEvent, Gap, Kind, OperatorState, QueueError, Queues

log = structlog.get_logger(__name__)

REOPEN_S = 1.0
FIRST = "0-0"


class Outbound:
    """One for each node; `run` for ever.

    It hears of offers by the feed, and looks for them by itself every `poll_s`, so that a lost event delays a callback
    and loses none. While SQL or Asterisk is away a callback offered is taken out of the line (its operator is ready at
    once) and put back to its place when both are there again; the feed's past tells a new process which ones those are.
    """

    def __init__(self, board: Dials, queues: Queues, ledger: Ledger, settings: OutboundSettings) -> None:
        self._board, self._queues, self._ledger, self._settings = board, queues, ledger, settings
        self._dialling = Dialling(board, queues, ledger, settings)
        self._busy: set[str] = set()  # keys of attempts under way here
        self._outside: set[str] = set()  # callbacks out of the line without an end
        self._began = 0.0  # by the line's clock; offers before it are found by looking
        self._draining = False
        self._done = asyncio.Event()  # with one of the attempts

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._poll(group))
            after = FIRST
            while True:
                try:
                    self._began = self._began or await self._queues.now()
                    async for event in self._queues.feed(after):
                        after = event.id
                        self._take(event, group)
                except Gap:
                    after = "$"  # what is offered now is found by looking
                except Exception as error:  # noqa: BLE001 - Redis away: the same place again, in a moment
                    log.warning("outbound.feed_broken", error=type(error).__name__)
                await asyncio.sleep(REOPEN_S)

    async def drain(self) -> None:
        """Nobody is dialled any more; returns when what was under way has its end."""
        self._draining = True
        while self._busy:
            self._done.clear()
            await self._done.wait()

    def _take(self, event: FeedEvent, group: asyncio.TaskGroup) -> None:
        match event.kind:
            case Kind.OFFERED if event.data.get("kind") == CallKind.CALLBACK and event.at >= self._began:
                self._begin(Attempt(event.call, int(event.data["offer"])), group)
            case Kind.LEFT if event.call.startswith("cb-"):
                self._outside.add(event.call)
            case Kind.PLACED:
                self._outside.discard(event.call)
            case Kind.ENDED | Kind.DECLINED | Kind.LAPSED:
                if event.kind is Kind.ENDED:
                    self._outside.discard(event.call)
                if event.call in self._dialling.ringing:
                    group.create_task(self._dialling.reconsider(event.call))
            case _:
                return

    def _begin(self, attempt: Attempt, group: asyncio.TaskGroup) -> None:
        key = key_of(attempt)
        if key not in self._busy and not self._draining:
            self._busy.add(key)
            group.create_task(self._attempt(attempt, key))

    async def _attempt(self, attempt: Attempt, key: str) -> None:
        try:
            await self._dialling.carry_out(attempt)
        except (QueueAway, QueueError) as error:
            log.warning("outbound.not_done", call=attempt.call, code=error.code)
        except Exception as error:  # noqa: BLE001 - one attempt that fails stops no other: its claim is asked for later
            log.error("outbound.failed", call=attempt.call, error=type(error).__name__)
        finally:
            self._busy.discard(key)
            self._done.set()

    async def _poll(self, group: asyncio.TaskGroup) -> None:
        """Offers whose events were lost, claims that a process before this one left, callbacks put aside."""
        while True:
            try:
                for attempt in await self._offered():
                    self._begin(attempt, group)
                claims = await self._ledger.unsettled(self._settings.node)
                for claim in claims:
                    if claim.key not in self._busy and not self._draining:
                        call, _, offer = claim.key.rpartition(":")
                        self._busy.add(claim.key)
                        group.create_task(self._ask(Attempt(call, int(offer)), claim.key))
                if self._board.up and not self._draining:
                    await self._put_back()
            except Exception as error:  # noqa: BLE001 - SQL or Redis away: looked at again in a moment
                log.info("outbound.not_looked", error=type(error).__name__)
            await asyncio.sleep(self._settings.poll_s)

    async def _offered(self) -> list[Attempt]:
        return [
            Attempt(operator.call, operator.offer)
            for operator in (await self._queues.snapshot()).operators
            if operator.state is OperatorState.OFFERED and operator.call.startswith("cb-") and operator.offer
        ]

    async def _ask(self, attempt: Attempt, key: str) -> None:
        try:
            await self._dialling.ask(attempt)
        except Exception as error:  # noqa: BLE001 - asked again at the next look
            log.info("outbound.not_asked", call=attempt.call, error=type(error).__name__)
        finally:
            self._busy.discard(key)
            self._done.set()

    async def _put_back(self) -> None:
        """SQL has just answered, and Asterisk is there. A citizen on the line is somebody else's to serve."""
        for name in sorted(self._outside):
            if await self._board.dialled(name) is not False:
                continue
            call = await self._queues.call(name)
            if call.state is CallState.ARRIVED and not call.connected_at:
                await steady(
                    lambda call=call: self._queues.place(  # type: ignore[misc]
                        call.call, queue=call.queue, priority=call.priority, skills=call.skills, wanted=call.wanted
                    ),
                    limit=self._settings.queue_limit_s,
                    what="place",
                )
            self._outside.discard(name)
