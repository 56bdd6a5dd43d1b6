"""Throws a fault at a site and mends it.

async with thrown(site, fault, people):
    await asyncio.sleep(fault.for_s)
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

import structlog

from kezek_api.drill.ami_noise import AmiNoise
from kezek_api.drill.part import Part, descendants
from kezek_api.drill.relay import Relay
from kezek_api.drill.site import Site
from kezek_api.drill.types import Fault, Kind

log = structlog.get_logger(__name__)

LOST, TWICE = 0.3, 0.5  # of the events of AMI
SLOW_S = 0.25  # a link that is delayed, each way
SLOW_REDIS_S = 0.05  # a verb is several round trips
DRAINS_S = 18.0  # longer than its own last resort
BOOKS = "books"  # the word of `kezek` that is in the command of a node's child


class People(Protocol):
    """The operators of the drill: what befalls a desk or a phone is done by whoever holds them."""

    async def desk_dies(self, login: str) -> None: ...
    async def desk_back(self, login: str) -> None: ...
    async def phone_dies(self, login: str) -> None: ...
    async def phone_back(self, login: str) -> None: ...


@asynccontextmanager
async def thrown(site: Site, fault: Fault, people: People) -> AsyncIterator[None]:
    """While the block lasts, and mended however it ends. What did not go as it should is in `site.remarks`."""
    log.info("fault", number=fault.number, kind=fault.kind.value, target=fault.target, for_s=round(fault.for_s, 1))
    try:
        async with _how(site, fault, people):
            yield
    finally:
        log.info("mended", number=fault.number, kind=fault.kind.value, target=fault.target)


def _how(site: Site, fault: Fault, people: People) -> AbstractAsyncContextManager[None]:
    target, links = fault.target, site.links
    node, _, exchange = target.partition("/")

    def between(what: str) -> list[Relay]:
        return links.of(what, node=node, exchange=exchange)

    match fault.kind:
        case Kind.NODE_KILLED:
            return _killed(site.nodes[node])
        case Kind.NODE_FROZEN:
            return _frozen(site.nodes[node])
        case Kind.NODE_DRAINED:
            return _drained(site, site.nodes[node])
        case Kind.NODE_LOG_FULL:
            return _log_full(site.nodes[node])
        case Kind.BOOKS_KILLED:
            return _books_killed(site, site.nodes[node])
        case Kind.REDIS_KILLED:
            return _killed(site.redis)
        case Kind.REDIS_EMPTIED:
            return _emptied(site)
        case Kind.REDIS_FROZEN:
            return _frozen(site.redis)
        case Kind.SQL_AWAY:  # in both ways, by turns: gone, or silent
            return _spoilt(links.of("sql"), Relay.half_open if fault.number % 2 else Relay.cut)
        case Kind.AMI_CUT:
            return _spoilt(between("ami"), Relay.cut)
        case Kind.AMI_HALF_OPEN:
            return _spoilt(between("ami"), Relay.half_open)
        case Kind.AMI_DROPS_EVENTS:
            return _noisy(links.noise[node, exchange], drop=LOST)
        case Kind.AMI_DOUBLES_EVENTS:
            return _noisy(links.noise[node, exchange], double=TWICE)
        case Kind.AMI_DELAYED:
            return _spoilt(between("ami"), partial(Relay.delay, seconds=SLOW_S))
        case Kind.FASTAGI_CUT:
            return _spoilt(between("fastagi"), Relay.cut)
        case Kind.FASTAGI_DELAYED:
            return _spoilt(between("fastagi"), partial(Relay.delay, seconds=SLOW_S))
        case Kind.SOUND_CUT:
            return _spoilt(between("sound"), Relay.cut)
        case Kind.SOUND_STALLED:
            return _spoilt(between("sound"), Relay.half_open)
        case Kind.REDIS_LINK_CUT:
            return _spoilt(between("redis"), Relay.cut)
        case Kind.REDIS_LINK_DELAYED:
            return _spoilt(between("redis"), partial(Relay.delay, seconds=SLOW_REDIS_S))
        case Kind.BROKER_KILLED:
            return _killed(site.broker)
        case Kind.ASTERISK_KILLED:
            return _killed(site.exchanges[target])
        case Kind.DESK_DEAD:
            return _befalls(people.desk_dies, people.desk_back, target)
        case Kind.PHONE_DEAD:
            return _befalls(people.phone_dies, people.phone_back, target)


# --- parts ------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _killed(part: Part) -> AsyncIterator[None]:
    try:
        await part.kill()
        yield
    finally:
        await part.start()


@asynccontextmanager
async def _frozen(part: Part) -> AsyncIterator[None]:
    try:
        await part.freeze()
        yield
    finally:
        part.thaw()


@asynccontextmanager
async def _drained(site: Site, part: Part) -> AsyncIterator[None]:
    """It ends when its talks have, at the latest after its limit; then it stays away until this is mended."""
    part.terminate()
    try:
        yield
    finally:
        limit_s = site.drain_s + DRAINS_S
        if not await part.ended(limit_s):
            site.remarks.append(f"{part.name} had not ended {limit_s:g} s after SIGTERM, and was killed")
        await part.start()


@asynccontextmanager
async def _log_full(part: Part) -> AsyncIterator[None]:
    try:
        part.fill_log()
        yield
    finally:
        part.fill_log(False)


@asynccontextmanager
async def _books_killed(site: Site, part: Part) -> AsyncIterator[None]:
    """Nobody mends it: their node begins them again."""
    books = [pid for pid in descendants(part.pid) if BOOKS in _command(pid)]
    if not books:
        site.remarks.append(f"{part.name} had no books to be killed")
    for pid in books:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    yield


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


@asynccontextmanager
async def _emptied(site: Site) -> AsyncIterator[None]:
    try:
        await site.redis.kill()
        for entry in site.redis_data.iterdir():
            await asyncio.to_thread(shutil.rmtree if entry.is_dir() else Path.unlink, entry)
        yield
    finally:
        await site.redis.start()


# --- links and people -------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _spoilt(relays: Iterable[Relay], spoil: Callable[[Relay], Awaitable[None]]) -> AsyncIterator[None]:
    relays = list(relays)
    try:
        for relay in relays:
            await spoil(relay)
        yield
    finally:
        for relay in relays:
            await relay.mend()


@asynccontextmanager
async def _noisy(noise: AmiNoise, *, drop: float = 0.0, double: float = 0.0) -> AsyncIterator[None]:
    try:
        noise.drop, noise.double = drop, double
        yield
    finally:
        noise.drop = noise.double = 0.0


@asynccontextmanager
async def _befalls(
    dies: Callable[[str], Awaitable[None]], back: Callable[[str], Awaitable[None]], login: str
) -> AsyncIterator[None]:
    try:
        await dies(login)
        yield
    finally:
        await back(login)
