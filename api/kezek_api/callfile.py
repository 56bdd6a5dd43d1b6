"""What operators wrote about a call: mended fields, a note, the ticket's mark.

Kept beside the call's notes and not in them: the notes are written by the call's own coroutine, whole, at any moment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis

from kezek_ivr.types import FieldNote

LIFE_S = 86_400  # as long as the notes live
FIELDS = ("street", "house", "flat", "topic")


@dataclass(frozen=True, slots=True)
class Filed:
    """One call's file. An empty value in `fields` says that the operator emptied the field."""

    fields: Mapping[str, FieldNote] = field(default_factory=dict)
    note: str = ""
    operator: str = ""  # who wrote last
    number: str = ""  # of the ticket
    confirmed: bool = False
    to_confirm: bool = False  # confirmed by the operator while SQL was away


class CallFiles:
    """A Redis hash for each call; one day."""

    def __init__(self, redis: Redis, *, site: str) -> None:
        self._redis = redis
        self._prefix = f"kezek:{{{site}}}:file:"

    async def read(self, call: str) -> Filed:
        raw: dict[Any, Any] = await self._redis.hgetall(self._prefix + call)
        told = {_text(key): json.loads(value) for key, value in raw.items()}
        return Filed(
            fields={name: told[name] for name in FIELDS if name in told},
            note=told.get("note", ""),
            operator=told.get("operator", ""),
            number=told.get("number", ""),
            confirmed=told.get("confirmed", False),
            to_confirm=told.get("to_confirm", False),
        )

    async def write(self, call: str, changes: Mapping[str, Any]) -> None:
        """`changes`: some of Filed's names, those of `fields` flat; the others stay as they are."""
        if not changes:
            return
        key = self._prefix + call
        pipe = self._redis.pipeline(transaction=True)
        pipe.hset(key, mapping={name: json.dumps(value, ensure_ascii=False) for name, value in changes.items()})
        pipe.expire(key, LIFE_S)
        await pipe.execute()


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
