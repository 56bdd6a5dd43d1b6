"""What goes out to people and programs, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

NoticeChannel = Literal["call", "sms", "webhook", "none"]
NoticeKind = Literal[
    "restored", "expected_moved", "verify", "assigned", "late", "call_out", "emergency", "state", "call_in", "addition"
]  # fmt: skip
NoticeState = Literal["pending", "claimed", "sent", "failed", "unclear", "dropped"]

TO_CITIZENS: tuple[NoticeKind, ...] = ("restored", "expected_moved", "verify", "state")


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to be told to one party. `key` is claimed once for ever: the same key again is the same notice.

    `told`: what the prompt or the text needs, plain JSON; `result`: a digit pressed, the gateway's answer, a reason."""

    key: str
    about: str  # 'outage:12' | 'ticket:26-000123-4' | 'ladder:<storm>'
    what: NoticeKind
    channel: NoticeChannel
    address: str
    language: str
    told: dict[str, Any] = field(default_factory=dict)
    state: NoticeState = "pending"
    attempts: int = 0
    next_at: datetime | None = None
    claimed_by: str = ""
    claimed_at: datetime | None = None
    settled_at: datetime | None = None
    result: str = ""
    need: int = 0  # who needs help first is told first: the greater one
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """A program that is told of events. `failures`: deliveries given up in a row; `stopped`: why it is not active,
    'failing' or 'gone', '' when a person said so."""

    id: int
    url: str
    events: tuple[str, ...]  # () is all; 'ticket.*' is every event of tickets
    active: bool
    secret: str = field(repr=False, default="")
    created_by: str = ""
    failures: int = 0
    stopped: str = ""
    created_at: datetime | None = None


DeliveryState = Literal["pending", "sent", "failed"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to a webhook; `attempts` counts the one under way; `status`: the last answer's, None when
    there was none."""

    webhook: Webhook
    event_id: int
    event: str
    at: datetime
    body: dict[str, Any]
    attempts: int = 0
    state: DeliveryState = "pending"
    status: int | None = None
    next_at: datetime | None = None
    settled_at: datetime | None = None
