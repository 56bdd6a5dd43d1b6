"""The verbs of a loss on Redis; RedisQueues has them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from . import codec
from .asker import Asker
from .codec import milliseconds, seconds
from .ladder.types import Rung
from .records import check_priority
from .recovery import Kept, Promise, Standing
from .redis_ladder import rung_text
from .values import Call, End, OperatorState


class RedisRecovery:
    _asker: Asker
    _prefix: str

    async def mark(self) -> str:
        return str(await self._asker.get("GET", f"{self._prefix}restored") or "")

    async def kept(self) -> Kept:
        mark, operators, found = await self._asker.run("kept", "", {})
        promises = [promise_of(json.loads(text), json.loads(notes or "{}")) for text, notes in found]
        people = [standing_of(json.loads(text)) for text in operators]
        return Kept(
            mark,
            tuple(one for one in people if one is not None),
            tuple(sorted(promises, key=lambda each: each.call)),
        )

    async def restore(
        self,
        operators: Sequence[Standing],
        promises: Sequence[Promise],
        *,
        counts: Mapping[tuple[str, str], int] | None = None,
        rung: Rung | None = None,
        settle_s: float,
    ) -> bool:
        facts = {
            "operators": [_operator(one) for one in operators],
            "promises": [_promise(one) for one in promises],
            "counts": [[queue, end, number] for (queue, end), number in (counts or {}).items()],
            "rung": rung_text(rung) if rung is not None else "",
            "settle": milliseconds(settle_s),
        }
        return bool(await self._asker.once("restore", "", None, **facts))

    async def adopt(
        self,
        call: str,
        *,
        caller: str,
        dialled: str,
        since: float,
        queue: str,
        exchange: str,
        operator: str,
        offer: int,
        connected_at: float,
        node: str = "",
        priority: int = 0,
    ) -> Call:
        check_priority(priority)
        facts = {"caller": caller, "dialled": dialled, "since": milliseconds(since), "queue": queue, "node": node}
        facts |= {"exchange": exchange, "operator": operator, "offer": str(offer), "priority": str(priority)}
        at = milliseconds(connected_at)
        return codec.call_of(await self._asker.once("adopt", call, None, call=call, connected_at=at, **facts))

    async def reconcile(
        self,
        live_calls: Collection[str],
        *,
        end: End = End.ABANDONED,
        grace_s: float = 5.0,
        exchange: str = "",
        cut_before: float = 0.0,
    ) -> tuple[str, ...]:
        facts = {"live": list(live_calls), "end": str(end), "grace": milliseconds(grace_s), "exchange": exchange}
        facts["cut_before"] = milliseconds(cut_before)
        return tuple(await self._asker.once("reconcile", "", None, **facts) or ())

    async def bury(
        self, call: str, *, caller: str, dialled: str, since: float, queue: str, exchange: str, end: End, left: float
    ) -> bool:
        facts = {"caller": caller, "dialled": dialled, "since": milliseconds(since), "left": milliseconds(left)}
        facts |= {"queue": queue, "exchange": exchange, "end": str(end)}
        return bool(await self._asker.once("bury", call, None, call=call, **facts))


def standing_of(r: Mapping[str, str]) -> Standing | None:
    """Of an operator's record; nothing of one who is away, or will be, or of whom no more than a talk is known."""
    get, state = r.get, r.get("state", "away")
    paused, reason = state == "paused", get("reason", "")
    if state != "paused":
        paused, reason = get("next") == "paused", get("next_reason", "")
    if state == "away" or get("next") == "away" or not get("phone"):
        return None
    return Standing(
        operator=r["operator"],
        phone=r["phone"],
        queues=codec.names_from(get("queues", "[]")),
        skills=codec.levels_from(get("skills", "{}")),
        desk=get("uses_desk") == "1",
        state=OperatorState.PAUSED if paused else OperatorState.READY,
        reason=reason if paused else "",
        joined=codec.names_from(get("joined", "[]")),
    )


def promise_of(r: Mapping[str, str], notes: Mapping[str, Any]) -> Promise:
    get = r.get
    return Promise(
        call=r["call"],
        of=get("of", ""),
        caller=get("caller", ""),
        dialled=get("dialled", ""),
        queue=get("queue", ""),
        priority=int(get("priority", 0)),
        skills=codec.levels_from(get("skills", "{}")),
        since=seconds(r["since"]),
        place_since=seconds(r["place_since"]),
        placed_at=seconds(get("placed_at", "0")),
        attempts=int(get("attempts", 0)),
        until=seconds(get("until", "0")) if get("state") == "later" else 0.0,
        notes=notes,
    )


def _operator(one: Standing) -> dict[str, str]:
    return {
        "operator": one.operator,
        "phone": one.phone,
        "queues": codec.names(one.queues),
        "joined": codec.names(one.joined),
        "skills": codec.levels(one.skills),
        "uses_desk": "1" if one.desk else "0",
        "state": str(one.state),
        "reason": one.reason,
    }


def _promise(one: Promise) -> dict[str, str | int]:
    check_priority(one.priority)
    return {
        "call": one.call,
        "of": one.of,
        "caller": one.caller,
        "dialled": one.dialled,
        "queue": one.queue,
        "priority": str(one.priority),
        "skills": codec.levels(one.skills),
        "since": milliseconds(one.since),
        "place_since": milliseconds(one.place_since),
        "placed_at": milliseconds(one.placed_at),
        "attempts": str(one.attempts),
        "until": milliseconds(one.until),
        "notes": json.dumps(one.notes, ensure_ascii=False) if one.notes else "",
    }
