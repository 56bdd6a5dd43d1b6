"""What operators wrote about a call: mended fields, a note, the ticket's mark; and confirmations not yet in SQL.

Kept beside the call's notes and not in them: the notes are written by the call's own coroutine, whole, at any moment.
The confirmations live until they are written, whatever becomes of their calls and of the node that took them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from kezek_ivr.types import FieldNote

LIFE_S = 86_400  # as long as the notes live
FIELDS = ("street", "house", "flat", "topic")

# Taken off the list by whoever has written it, and marked so, unless a newer one has taken its place meanwhile.
_WRITTEN = """
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('HSET', KEYS[2], 'number', ARGV[3], 'confirmed', 'true', 'kept', 'false')
  redis.call('EXPIRE', KEYS[2], ARGV[4])
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

    async def read(self, call: str) -> Filed:
        raw: dict[Any, Any] = await self._redis.hgetall(self._prefix + call)
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

    async def write(self, call: str, changes: Mapping[str, Any]) -> None:
        """`changes`: some of Filed's names, those of `fields` flat; the others stay as they are."""
        if not changes:
            return
        pipe = self._redis.pipeline(transaction=True)
        self._put(pipe, call, changes)
        await pipe.execute()

    def _put(self, pipe: Pipeline, call: str, changes: Mapping[str, Any]) -> None:
        key = self._prefix + call
        pipe.hset(key, mapping={name: json.dumps(value, ensure_ascii=False) for name, value in changes.items()})
        pipe.expire(key, LIFE_S)

    async def reserve(self, call: str, number: str) -> str:
        """The call's one registration number: this one, or the one that was first."""
        key = self._prefix + call
        pipe = self._redis.pipeline(transaction=True)
        pipe.hsetnx(key, "reserved", json.dumps(number))
        pipe.hget(key, "reserved")
        pipe.expire(key, LIFE_S)
        _, first, _ = await pipe.execute()
        return str(json.loads(first))

    async def keep(self, call: str, confirmation: str, changes: Mapping[str, Any] | None = None) -> bool:
        """Puts down a confirmation that must get into SQL, and the file's changes with it; False when it replaces an
        earlier one of this call."""
        pipe = self._redis.pipeline(transaction=True)
        pipe.hset(self._unwritten, call, confirmation)
        if changes:
            self._put(pipe, call, changes)
        return bool((await pipe.execute())[0])

    async def written(self, call: str, confirmation: str, number: str) -> None:
        """It stands in SQL under this number."""
        key, told = self._prefix + call, json.dumps(number)
        await self._redis.eval(_WRITTEN, 2, self._unwritten, key, call, confirmation, told, str(LIFE_S))

    async def drop(self, call: str, confirmation: str) -> None:
        """It was refused. A newer one stays."""
        await self._redis.eval(_DROP, 1, self._unwritten, call, confirmation)

    async def unwritten(self) -> dict[str, str]:
        """call -> confirmation, of all nodes."""
        raw: dict[Any, Any] = await self._redis.hgetall(self._unwritten)
        return {_text(call): _text(told) for call, told in raw.items()}


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
