"""The queue's settings, read once by the composition root and handed down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo


@dataclass(frozen=True, slots=True)
class QueueSettings:
    lease_s: float = 20.0  # an offer's life: the ring time and a margin
    desk_timeout_s: float = 3.0  # a desk silent for so long gets no offers
    wrap_up_s: float = 30.0  # when a talk's end came without `finish`
    timezone: tzinfo = UTC  # where the counters' midnight is
    places_shown: int = 1_000  # of each queue, in a snapshot; all are counted
    reply_ttl_s: int = 600  # how long a reply is kept under its key
    feed_maxlen: int = 200_000  # events kept (about 12 for each call)
    follow_buffer: int = 1_000  # events a slow follower may be behind before it gets Gap
    claim_after_s: float = 30.0  # an event unacknowledged for so long was left by a dead consumer of the group
    timeout_s: float = 2.0  # of one round trip
    lean: bool = True  # one pipelined connection for the scripts (lean.py); False: redis-py's pool of 16
    retries_s: tuple[float, ...] = (0.05, 0.2, 0.5)  # pauses before asking again with the same key

    def utc_offset_ms(self, now: float) -> int:
        """Of the local time at `now` (unix seconds)."""
        offset = datetime.fromtimestamp(now, self.timezone).utcoffset()
        return 0 if offset is None else round(offset.total_seconds() * 1000)
