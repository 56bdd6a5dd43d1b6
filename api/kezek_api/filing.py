"""A call's ticket on its way into SQL: one number for each call, and no confirmation lost while SQL is away.

A confirmation is put down in Redis before SQL is asked, so neither a dead database nor a dead node loses it; `run` of
any node writes what was left. Writing twice is harmless: tickets are kept by call, and a call has one number.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog

from kezek_api.callfile import CallFiles, Filed
from kezek_api.keeping import unbroken
from kezek_register import Register
from kezek_register.types import Conflict, NotFound, RegisterError, Ticket, Unavailable

log = structlog.get_logger(__name__)

T = TypeVar("T")

LIMIT_S = 2.0  # what a page waits for SQL; it gives up after 10 s itself
YOUNG_S = 3.0  # a confirmation so young is still in the hands of the door that took it; more than LIMIT_S
LOOK_S = 1.0
LAST_S = 5.0  # the longest pause while SQL is away
STOCK_S = 30.0


class Filing:
    """Takes numbers and writes tickets, for the doors and the books."""

    def __init__(self, files: CallFiles, register: Register) -> None:
        self._files = files
        self._tickets = register.tickets

    async def number(self, call: str, filed: Filed) -> str:
        """The call's registration number, from this node's stock while SQL is away. Raises Unavailable without one."""
        known = filed.reserved or filed.number
        return known or await self._files.reserve(call, await within(self._tickets.number()))

    async def numbers(self, filed: Mapping[str, Filed]) -> dict[str, str]:
        """call -> its registration number, as with `number`. Raises Unavailable when there is not one for each."""
        known = {call: one.reserved or one.number for call, one in filed.items() if one.reserved or one.number}
        new, away = dict[str, str](), None
        for call in filed.keys() - known.keys():
            try:
                new[call] = await within(self._tickets.number())
            except Unavailable as error:
                away = error  # what was taken is kept all the same: a number is given once
                break
        known |= await self._files.reserve_all(new)
        if away is not None:
            raise away
        return known

    async def ensure(self, draft: Ticket, filed: Filed) -> Ticket:
        """The call's ticket as it stands, unconfirmed when it is new. Raises RegisterError."""
        number = await self.number(draft.call, filed)
        return await self._write(replace(draft, number=number), confirm=False)

    async def confirm(self, draft: Ticket, filed: Filed, *, sql: bool) -> tuple[Ticket, bool]:
        """The confirmed ticket, and whether it stands in SQL; if not, it will.

        `sql`: whether to ask it at all. Raises Unavailable when there is no number to be had either (the confirmation
        is kept all the same), and what the register raises for a draft that it refuses.
        """
        draft = replace(draft, confirmed=True, created_at=draft.created_at or datetime.now(UTC))
        try:
            draft = replace(draft, number=await self.number(draft.call, filed))
        except Unavailable:
            await self._files.keep(draft.call, _packed(draft, at=0))
            raise
        shown = {"number": draft.number, "confirmed": True, "kept": True}
        if sql:
            kept = _packed(draft, at=time.time())
            if await self._files.keep(draft.call, kept):
                try:
                    ticket = await within(self._write(draft, confirm=True))
                except Unavailable:
                    pass
                except RegisterError:
                    await self._files.drop(draft.call, kept)
                    raise
                else:
                    await self._files.written(kept, ticket)
                    return ticket, True
            await self._files.write(draft.call, shown)
        else:
            await self._files.keep(draft.call, _packed(draft, at=0), shown)
        log.warning("confirmation_kept")
        return draft, False

    async def make_good(self, call: str, kept: str) -> Ticket:
        """Writes a confirmation that was kept. Raises RegisterError; it stays kept then."""
        draft = _unpacked(kept)
        number = draft.number or await self.number(call, await self._files.read(call))
        ticket = await self._write(replace(draft, number=number), confirm=True)
        await self._files.written(kept, ticket)
        return ticket

    async def _write(self, draft: Ticket, *, confirm: bool) -> Ticket:
        write = self._tickets.confirm if confirm else self._tickets.ensure
        try:
            return await write(draft)
        except Conflict:
            return await write(draft)  # two wrote at once: the other one is through
        except NotFound:  # the household or the street left the register; what was said of them stays
            return await write(replace(draft, household_id=None, street_id=None))


async def keep_stock(register: Register) -> None:
    """Keeps numbers in stock, for when SQL is away. For ever."""
    while True:
        await unbroken(register.tickets.stock())
        await asyncio.sleep(STOCK_S)


class Clerk:
    """Writes the confirmations that were kept. `written` is told of each ticket."""

    def __init__(
        self,
        files: CallFiles,
        register: Register,
        written: Callable[[Ticket], Awaitable[None]],
        *,
        young_s: float = YOUNG_S,
    ) -> None:
        self._files = files
        self._filing = Filing(files, register)
        self._written = written
        self._young = young_s
        self._refused: set[str] = set()  # told once in the log

    async def run(self) -> None:
        """For ever; raises what Redis raises."""
        pause = LOOK_S
        while True:
            pause = LOOK_S if await self._round() else min(LAST_S, pause * 2)
            await asyncio.sleep(pause)

    async def _round(self) -> bool:
        """One attempt for each; False when SQL is away."""
        for call, kept in (await self._files.unwritten()).items():
            if time.time() - _at(kept) < self._young:
                continue
            try:
                ticket = await unbroken(self._filing.make_good(call, kept))
            except Unavailable:
                return False
            except RegisterError as refused:
                if call not in self._refused:
                    self._refused.add(call)
                    log.error("confirmation_refused", error=refused.code)
                continue
            log.info("confirmation_made_good")
            await self._written(ticket)
        return True


async def within(work: Coroutine[Any, Any, T], limit_s: float = LIMIT_S) -> T:
    """Raises Unavailable when SQL keeps us waiting for longer."""
    try:
        async with asyncio.timeout(limit_s):
            return await unbroken(work, limit_s=0.1)
    except TimeoutError:
        raise Unavailable("the database does not answer in time") from None


def _packed(draft: Ticket, *, at: float) -> str:
    """`at`: unix seconds when the door began to write it itself, 0 when it does not."""
    told = {**asdict(draft), "created_at": draft.created_at.isoformat() if draft.created_at else None}
    return json.dumps({"at": at, "ticket": told}, ensure_ascii=False)


def _unpacked(kept: str) -> Ticket:
    told = json.loads(kept)["ticket"]
    created = told["created_at"]
    return Ticket(**{**told, "created_at": datetime.fromisoformat(created) if created else None})


def _at(kept: str) -> float:
    return float(json.loads(kept)["at"])
