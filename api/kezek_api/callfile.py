"""What operators wrote about a call: mended fields, a note, the ticket's mark; and confirmations not yet in SQL.

Kept beside the call's notes and not in them: the notes are written by the call's own coroutine, whole, at any moment.
The confirmations live until they are written, whatever becomes of their calls and of the node that took them, and so
does what the audit is to say of it.
Whoever writes a ticket's number here tells so in a short stream, `marks`: every node's desks look again then.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import uuid4

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from kezek_ivr.types import FieldName, FieldNote
from kezek_register.types import AuditEntry, Ticket

LIFE_S = 86_400  # as long as the notes live
MARKS = 200  # told at most; an older one is shown with the next change of the pop
BLOCK_MS = 1000
FIELDS: tuple[FieldName, ...] = get_args(FieldName)

# Taken off the list by whoever has written it, and marked so, unless a newer one has taken its place meanwhile.
_WRITTEN = """
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('HSET', KEYS[2], 'number', ARGV[3], 'confirmed', 'true', 'kept', 'false')
  redis.call('EXPIRE', KEYS[2], ARGV[4])
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[5], '*', 'logins', ARGV[6])
end
"""
_DROP = "if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end"


@dataclass(frozen=True, slots=True)
class Filed:
    """One call's file. An empty value in `fields` says that the operator emptied the field."""

    fields: Mapping[str, FieldNote] = field(default_factory=dict)
    note: str = ""
    operator: str = ""  # who wrote last
    reserved: str = ""  # the one number this call's ticket may have, whoever writes it
    number: str = ""  # of the ticket, once it is there to be shown
    confirmed: bool = False
    kept: bool = False  # confirmed, with its number, and not in SQL yet


class CallFiles:
    """A Redis hash for each call; one day."""

    def __init__(self, redis: Redis, *, site: str) -> None:
        self._redis = redis
        self._prefix = f"kezek:{{{site}}}:file:"
        self._unwritten = f"kezek:{{{site}}}:unwritten"
        self._noted = f"kezek:{{{site}}}:noted"
        self._marks = f"kezek:{{{site}}}:marks"

    async def read(self, call: str) -> Filed:
        return _filed(await self._redis.hgetall(self._prefix + call))

    async def read_all(self, calls: Sequence[str]) -> dict[str, Filed]:
        """One round trip."""
        pipe = self._redis.pipeline(transaction=False)
        for call in calls:
            pipe.hgetall(self._prefix + call)
        return dict(zip(calls, map(_filed, await pipe.execute() if calls else ()), strict=True))

    async def write(self, call: str, changes: Mapping[str, Any], *, what: str = "") -> None:
        """`changes`: some of Filed's names, those of `fields` flat; the others stay as they are. `what` the audit says
        of it, of the changes' `operator`: noted with them, and written to SQL by the books."""
        if not changes:
            return
        pipe = self._redis.pipeline(transaction=True)
        self._put(pipe, call, changes)
        if what:
            self._note(pipe, AuditEntry(str(changes["operator"]), what, call, datetime.now(UTC)))
        await pipe.execute()

    async def note(self, entry: AuditEntry) -> None:
        """For the audit, where a call may not wait for SQL."""
        pipe = self._redis.pipeline(transaction=True)
        self._note(pipe, entry)
        await pipe.execute()

    def _note(self, pipe: Pipeline, entry: AuditEntry) -> None:
        told = {**asdict(entry), "at": entry.at.isoformat()}
        pipe.hset(self._noted, uuid4().hex, json.dumps(told, ensure_ascii=False))

    async def noted(self) -> dict[str, AuditEntry]:
        """id -> what the audit does not say yet, of all nodes."""
        raw: dict[Any, Any] = await self._redis.hgetall(self._noted)
        told = {_text(id): json.loads(value) for id, value in raw.items()}
        return {id: AuditEntry(**{**one, "at": datetime.fromisoformat(one["at"])}) for id, one in told.items()}

    async def audited(self, ids: Collection[str]) -> None:
        """They stand in SQL."""
        if ids:
            await self._redis.hdel(self._noted, *ids)

    def _put(self, pipe: Pipeline, call: str, changes: Mapping[str, Any]) -> None:
        key = self._prefix + call
        pipe.hset(key, mapping={name: json.dumps(value, ensure_ascii=False) for name, value in changes.items()})
        pipe.expire(key, LIFE_S)

    async def reserve(self, call: str, number: str) -> str:
        """The call's one registration number: this one, or the one that was first."""
        return (await self.reserve_all({call: number}))[call]

    async def reserve_all(self, numbers: Mapping[str, str]) -> dict[str, str]:
        """call -> its one number, as with `reserve`; one round trip."""
        if not numbers:
            return {}
        pipe = self._redis.pipeline(transaction=True)
        for call, number in numbers.items():
            key = self._prefix + call
            pipe.hsetnx(key, "reserved", json.dumps(number))
            pipe.hget(key, "reserved")
            pipe.expire(key, LIFE_S)
        first = (await pipe.execute())[1::3]
        return {call: str(json.loads(told)) for call, told in zip(numbers, first, strict=True)}

    async def keep(self, call: str, confirmation: str, changes: Mapping[str, Any] | None = None) -> bool:
        """Puts down a confirmation that must get into SQL, and the file's changes with it; False when it replaces an
        earlier one of this call."""
        pipe = self._redis.pipeline(transaction=True)
        pipe.hset(self._unwritten, call, confirmation)
        if changes:
            self._put(pipe, call, changes)
        return bool((await pipe.execute())[0])

    async def numbered(self, tickets: Collection[Ticket]) -> None:
        """They stand in SQL: their calls' files bear their numbers, and their operators' pops may show them."""
        if not tickets:
            return
        pipe = self._redis.pipeline(transaction=True)
        for ticket in tickets:
            self._put(pipe, ticket.call, {"number": ticket.number})
        logins = json.dumps(sorted({ticket.operator for ticket in tickets}))
        pipe.xadd(self._marks, {"logins": logins}, maxlen=MARKS)
        await pipe.execute()

    async def marks(self) -> AsyncIterator[str]:
        """The operators whose pop's mark has changed, also some of before; for ever. Raises what Redis raises."""
        last: Any = b"0"
        while True:
            read: Any = await self._redis.xread({self._marks: last}, count=MARKS, block=BLOCK_MS)
            for _, told in read.items() if isinstance(read, dict) else read or ():
                for id, fields in told[0] if isinstance(read, dict) else told:
                    last = id
                    for login in json.loads(fields[b"logins"]):
                        yield login

    async def written(self, confirmation: str, ticket: Ticket) -> None:
        """It stands in SQL as this ticket."""
        keys = (self._unwritten, self._prefix + ticket.call, self._marks)
        told = (json.dumps(ticket.number), str(LIFE_S), str(MARKS), json.dumps([ticket.operator]))
        await self._redis.eval(_WRITTEN, len(keys), *keys, ticket.call, confirmation, *told)

    async def drop(self, call: str, confirmation: str) -> None:
        """It was refused. A newer one stays."""
        await self._redis.eval(_DROP, 1, self._unwritten, call, confirmation)

    async def count_unwritten(self) -> int:
        """Of all nodes."""
        return int(await self._redis.hlen(self._unwritten))

    async def unwritten(self) -> dict[str, str]:
        """call -> confirmation, of all nodes."""
        raw: dict[Any, Any] = await self._redis.hgetall(self._unwritten)
        return {_text(call): _text(told) for call, told in raw.items()}


def _filed(raw: Mapping[Any, Any]) -> Filed:
    told = {_text(key): json.loads(value) for key, value in raw.items()}
    return Filed(
        fields={name: told[name] for name in FIELDS if name in told},
        note=told.get("note", ""),
        operator=told.get("operator", ""),
        reserved=told.get("reserved", ""),
        number=told.get("number", ""),
        confirmed=told.get("confirmed", False),
        kept=told.get("kept", False),
    )


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
