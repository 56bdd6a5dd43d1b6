"""Callbacks in a story: a ledger in memory, a node that dials, answered lines that are served, and its death."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from kezek_ivr.outbound import Outbound
from kezek_ivr.settings import OutboundSettings
from kezek_ivr.types import Settled
from kezek_queue.types import Call, Kind
from kit.ivr_world import World
from kit.scripted_line import ScriptedLine, after, during, press

NUMBER = "+77010000001"
STRAIGHT = during("greeting", press("0"))
JOINS = after("called_back_no_need", press("1"))


@dataclass(frozen=True)
class Claimed:
    key: str
    call: str
    node: str


class MemoryLedger:
    """Meets `kezek_ivr.types.Ledger`. `away`: every verb fails; `settled`: key -> (state, reason)."""

    def __init__(self) -> None:
        self.claims: dict[str, Claimed] = {}
        self.settled: dict[str, tuple[str, str]] = {}
        self.away = False

    async def claim(self, key: str, *, call: str, node: str) -> bool:
        await self._answer()
        if key in self.claims:
            return False
        self.claims[key] = Claimed(key, call, node)
        return True

    async def settle(self, key: str, state: Settled, reason: str = "") -> None:
        await self._answer()
        assert key in self.claims
        self.settled.setdefault(key, (state, reason))

    async def unsettled(self, node: str) -> Sequence[Claimed]:
        await self._answer()
        return [claim for key, claim in self.claims.items() if key not in self.settled and claim.node == node]

    async def _answer(self) -> None:
        await asyncio.sleep(0.01)
        if self.away:
            raise ConnectionError("the database is down")


class Node:
    """A node that dials, and serves the citizens who answer; `die` as by kill -9, then `Node.start` again."""

    def __init__(self, world: World, ledger: MemoryLedger, name: str = "node-1") -> None:
        self.world, self.ledger = world, ledger
        self.serving: list[asyncio.Task[None]] = []
        self.outbound = Outbound(world.board, world.redis, ledger, OutboundSettings(node=name))
        world.board.on_answer = self.serve
        self._running = asyncio.create_task(self.outbound.run())  # until `die`

    def serve(self, line: ScriptedLine) -> None:
        self.serving.append(asyncio.create_task(self.world.reception.serve(line)))  # until its end, or `die`

    async def die(self) -> None:
        for task in (self._running, *self.serving):
            task.cancel()
        await asyncio.gather(self._running, *self.serving, return_exceptions=True)
        self.world.board.on_answer = self.world.board.answered.append

    async def restart(self) -> Node:
        """A new process; Asterisk gives it the lines that live, as the dialplan does."""
        node = Node(self.world, self.ledger)
        for line in [
            each for each in self.world.board.lines.values() if not each.gone and each.arrival.call.startswith("cb-")
        ]:
            known = line.arrival
            again = self.world.board.call(
                call=known.call,
                caller=known.caller,
                since=known.since,
                language=known.language,
                resumed=line not in self.world.board.answered,  # a node had it and broke off
                callback=line in self.world.board.answered,
            )
            node.serve(again)
        return node


@asynccontextmanager
async def dialling(world: World, ledger: MemoryLedger | None = None) -> AsyncIterator[Node]:
    node = Node(world, ledger or MemoryLedger())
    try:
        yield node
    finally:
        await node.die()


async def asked_for(world: World, number: str = NUMBER, of: str = "asked-1", node: str = "node-1") -> Call:
    """Somebody has asked for a callback, a minute ago."""
    await asyncio.sleep(60)
    await world.queues.arrive(of, caller=number, dialled="109", since=0.0, node=node)
    await world.queues.place(of, queue="main")
    await world.queues.note(of, {"caller": number, "language": "en", "fields": {}})
    return await world.queues.callback(of, caller=number)


def ends_of(world: World, call: Call) -> list[str]:
    return [str(event.data["end"]) for event in world.told_of(Kind.ENDED) if event.call == call.call]
