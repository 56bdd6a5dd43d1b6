"""The tables of what goes out: notices to people, webhooks to programs. Claimed by key, sent once, settled after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from kezek_register.sql.tables import Base


class NoticeRow(Base):
    """One thing to be told to one party, by a call or in writing."""

    __tablename__ = "notices"
    __table_args__ = (Index(None, "state", "next_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)  # 'outage:12:restored:household:55': told once
    about: Mapped[str] = mapped_column(index=True)  # 'outage:12', 'ticket:26-000123-4'
    what: Mapped[str]  # types.NoticeKind
    channel: Mapped[str]  # types.NoticeChannel
    address: Mapped[str]  # a number or a URL
    language: Mapped[str]
    told: Mapped[dict[str, Any]]  # what the prompt or the text needs
    state: Mapped[str]  # types.NoticeState
    attempts: Mapped[int]
    next_at: Mapped[datetime]
    claimed_by: Mapped[str]  # node
    claimed_at: Mapped[datetime | None] = mapped_column(index=True)
    settled_at: Mapped[datetime | None]
    need: Mapped[int] = mapped_column(server_default="0")  # who needs help first is told first: the greater one
    result: Mapped[str]  # the digit pressed, the gateway's answer, the reason of a failure
    created_at: Mapped[datetime]


class WebhookRow(Base):
    __tablename__ = "webhooks"
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str]
    secret: Mapped[str]
    events: Mapped[list[str]]  # [] is all
    active: Mapped[bool]
    failures: Mapped[int]  # deliveries given up, one after the other; a delivery that arrived makes it 0
    stopped: Mapped[str]  # why it is not active, '' when a person said so
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class WebhookEventRow(Base):
    """What happened, written in the transaction in which it happened; sent to each webhook that wants it, which is
    found out afterwards (`spread`): who closes an outage of two thousand tickets does not wait for that."""

    __tablename__ = "webhook_events"
    id: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[str]  # 'ticket.assigned', 'outage.opened', ...
    at: Mapped[datetime] = mapped_column(index=True)
    body: Mapped[dict[str, Any]]
    spread: Mapped[bool] = mapped_column(server_default=false(), index=True)  # its deliveries have been made


class WebhookDeliveryRow(Base):
    __tablename__ = "webhook_deliveries"
    __table_args__ = (Index(None, "state", "next_at"),)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("webhook_events.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str]  # pending | sent | failed
    attempts: Mapped[int]
    next_at: Mapped[datetime]
    status: Mapped[int | None]  # the last answer's
    settled_at: Mapped[datetime | None]
