"""How far a group of readers is behind the feed: what they have not read, and what they have not done with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError


@dataclass(frozen=True, slots=True)
class Backlog:
    """`seconds`: the age of the oldest of these events, by Redis's clock."""

    events: int = 0
    seconds: float = 0.0


async def backlog(redis: Redis, site: str, group: str) -> Backlog:
    """Nothing when no such group has read yet. Raises what Redis raises."""
    feed = f"kezek:{{{site}}}:feed"
    try:
        groups: Any = await redis.xinfo_groups(feed)
    except ResponseError:  # there is no feed yet
        return Backlog()
    known = next((one for one in groups if _text(one["name"]) == group), None)
    if known is None:
        return Backlog()
    unread: Any = await redis.xrange(feed, f"({_text(known['last-delivered-id'])}", count=1)
    events = int(known["pending"]) + (int(known["lag"] or len(unread)) if unread else 0)
    oldest = _text(unread[0][0]) if unread else ""
    if known["pending"]:
        pending: Any = await redis.xpending(feed, group)
        oldest = _text(pending["min"]) if pending["min"] else oldest
    if not oldest:
        return Backlog(events)
    seconds, microseconds = await redis.time()
    age = int(seconds) + int(microseconds) / 1e6 - int(oldest.partition("-")[0]) / 1000
    return Backlog(events, max(0.0, age))


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
