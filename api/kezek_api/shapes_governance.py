"""The shapes of what leaves the house and who looked at what (docs/api.md): notices, webhooks, the audit, erasure."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field, StringConstraints

from kezek_api.shapes import Shape
from kezek_register.notice_types import Delivery, DeliveryState, Notice, NoticeChannel, NoticeKind, NoticeState, Webhook
from kezek_register.sql.persons import Erased
from kezek_register.types import AuditEntry

EventName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}\.([a-z0-9_]{1,40}|\*)$")]
Secret = Annotated[str, StringConstraints(min_length=16, max_length=200, pattern=r"^[\x21-\x7e]*$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#@]+([/?][^\s#]*)?$", max_length=500)]


class NoticeView(Shape):
    key: str
    about: str
    what: NoticeKind
    channel: NoticeChannel
    address: str
    language: str
    state: NoticeState
    attempts: int
    result: str
    next_at: AwareDatetime | None
    settled_at: AwareDatetime | None
    created_at: AwareDatetime | None

    @classmethod
    def of(cls, one: Notice) -> NoticeView:
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class NoticePage(Shape):
    notices: tuple[NoticeView, ...]
    next: str = ""


class NoticeKey(Shape):
    key: Annotated[str, StringConstraints(min_length=1, max_length=300)]


class WebhookIn(Shape):
    """`events`: [] is all, 'ticket.*' every event of tickets; `secret`: one is made when it is left out."""

    url: Url
    events: Annotated[tuple[EventName, ...], Field(max_length=50)] = ()
    secret: Secret | None = None


class WebhookSwitch(Shape):
    active: bool


class WebhookView(Shape):
    id: int
    url: str
    events: tuple[str, ...]
    active: bool
    stopped: str
    failures: int
    created_at: AwareDatetime | None
    created_by: str

    @classmethod
    def of(cls, one: Webhook) -> WebhookView:
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class NewWebhook(Shape):
    """`secret` is shown this once."""

    webhook: WebhookView
    secret: str


class Webhooks(Shape):
    webhooks: tuple[WebhookView, ...]
    next: str = ""


class DeliveryView(Shape):
    id: int
    event: str
    at: AwareDatetime
    body: dict[str, Any]
    state: DeliveryState
    status: int | None
    attempts: int
    next_at: AwareDatetime | None
    settled_at: AwareDatetime | None

    @classmethod
    def of(cls, one: Delivery) -> DeliveryView:
        named = {name: getattr(one, name) for name in cls.model_fields if name != "id"}
        return cls(id=one.event_id, **named)


class Deliveries(Shape):
    deliveries: tuple[DeliveryView, ...]
    next: str = ""


class Sent(Shape):
    id: int


class ErasureIn(Shape):
    phone: Annotated[str, StringConstraints(min_length=3, max_length=40)]


class ErasureView(Shape):
    """How much there was."""

    tickets: int
    calls: int
    households: int
    notices: int
    outages: int
    recordings: int
    photos: int

    @classmethod
    def of(cls, done: Erased) -> ErasureView:
        return cls(
            tickets=done.tickets,
            calls=done.calls,
            households=done.households,
            notices=done.notices,
            outages=done.outages,
            recordings=len(done.recordings),
            photos=len(done.photos),
        )


class Look(Shape):
    at: AwareDatetime
    login: str
    what: str
    subject: str

    @classmethod
    def of(cls, entry: AuditEntry) -> Look:
        return cls(at=entry.at, login=entry.login, what=entry.what, subject=entry.subject)


class AuditView(Shape):
    entries: tuple[Look, ...]
    next: str = ""
