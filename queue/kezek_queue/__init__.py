"""The waiting line: calls, operators, offers and the feed, in Redis (`RedisQueues`) or in memory (`ModelQueues`)."""

from .client import redis_client
from .engine import RedisQueues
from .ladder.types import Rung
from .model_queues import ModelQueues
from .recovery import Kept, Promise, Standing
from .runner import keep_ticking
from .settings import QueueSettings
from .types import (
    Call,
    CallKind,
    CallState,
    End,
    FeedEvent,
    Full,
    Gap,
    Kind,
    NotAllowed,
    Offer,
    Operator,
    OperatorState,
    QueueError,
    QueueLoad,
    QueueRules,
    Queues,
    Relax,
    Snapshot,
    Stale,
    Unavailable,
    Unknown,
    Waiting,
)

__all__ = [
    "Call",
    "CallKind",
    "CallState",
    "End",
    "FeedEvent",
    "Full",
    "Gap",
    "Kept",
    "Kind",
    "ModelQueues",
    "NotAllowed",
    "Offer",
    "Operator",
    "OperatorState",
    "Promise",
    "QueueError",
    "QueueLoad",
    "QueueRules",
    "QueueSettings",
    "Queues",
    "RedisQueues",
    "Relax",
    "Rung",
    "Snapshot",
    "Stale",
    "Standing",
    "Unavailable",
    "Unknown",
    "Waiting",
    "keep_ticking",
    "redis_client",
]
