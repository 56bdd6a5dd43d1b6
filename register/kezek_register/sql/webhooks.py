"""Programs that are told of events, and what is on its way to each: sent until it arrives or is given up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.notice_types import Delivery, DeliveryState, Webhook
from kezek_register.paging import Page, key_of, page_of, size_of
from kezek_register.sql.database import Database
from kezek_register.sql.notice_tables import WebhookDeliveryRow, WebhookEventRow, WebhookRow
from kezek_register.types import NotFound

TEST = "webhook.test"
BATCH = 500  # rows of one INSERT


class Webhooks:
    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def add(self, url: str, events: Sequence[str], secret: str, created_by: str) -> Webhook:
        """`events`: () is all, 'ticket.*' every event of tickets. `secret` signs what it is sent."""
        row = WebhookRow(
            url=url,
            secret=secret,
            events=list(events),
            active=True,
            failures=0,
            stopped="",
            created_at=self._clock(),
            created_by=created_by,
        )
        async with self._database.writing() as session:
            session.add(row)
            await session.flush()
            return webhook(row)

    async def page(self, after: str = "", limit: int = 50) -> Page[Webhook]:
        """In the order in which they were added. Raises BadCursor."""
        limit = size_of(limit)
        wanted = select(WebhookRow).order_by(WebhookRow.id).limit(limit + 1)
        if after:
            wanted = wanted.where(WebhookRow.id > key_of(after, int)[0])
        async with self._database.reading() as session:
            return page_of((await session.scalars(wanted)).all(), limit, webhook, lambda row: (row.id,))

    async def get(self, id: int) -> Webhook:
        """Raises NotFound."""
        async with self._database.reading() as session:
            row = await session.get(WebhookRow, id)
            if row is None:
                raise NotFound("no such webhook")
            return webhook(row)

    async def remove(self, id: int) -> None:
        """With what was on its way to it. Raises NotFound."""
        async with self._database.writing() as session:
            gone = await session.scalar(delete(WebhookRow).where(WebhookRow.id == id).returning(WebhookRow.id))
            if gone is None:
                raise NotFound("no such webhook")

    async def switch(self, id: int, active: bool, why: str = "") -> Webhook:
        """On or off; what waits for one that is off waits on, until its event's time is over. Raises NotFound."""
        async with self._database.writing() as session:
            row = await session.get(WebhookRow, id, with_for_update=True)
            if row is None:
                raise NotFound("no such webhook")
            row.active, row.stopped, row.failures = active, "" if active else why, 0
            return webhook(row)

    async def test(self, id: int) -> int:
        """An event for this one alone, whatever it wants else; the event's number. Raises NotFound."""
        now = self._clock()
        async with self._database.writing() as session:
            if await session.get(WebhookRow, id) is None:
                raise NotFound("no such webhook")
            event = WebhookEventRow(event=TEST, at=now, body={"webhook": id}, spread=True)
            session.add(event)
            await session.flush()
            session.add(WebhookDeliveryRow(**_delivery_row(id, event.id, now)))
            return event.id

    async def spread(self, limit: int = 500) -> int:
        """A delivery of each new event to each active webhook that wants it; how many events there were, `limit` at
        most. Another node that does the same does others."""
        now = self._clock()
        new = select(WebhookEventRow).where(~WebhookEventRow.spread).order_by(WebhookEventRow.id).limit(limit)
        async with self._database.reading() as session:
            if await session.scalar(select(WebhookEventRow.id).where(~WebhookEventRow.spread).limit(1)) is None:
                return 0  # the usual: whoever asks each second writes nothing
        async with self._database.writing() as session:
            happened = list(await session.scalars(new.with_for_update(skip_locked=True)))
            if not happened:
                return 0
            hooks = (await session.execute(select(WebhookRow.id, WebhookRow.events).where(WebhookRow.active))).all()
            rows = [
                _delivery_row(id, event.id, now)
                for event in happened
                for id, named in hooks
                if wants(named, event.event)
            ]
            for begin in range(0, len(rows), BATCH):
                made = self._database.insert(WebhookDeliveryRow).values(rows[begin : begin + BATCH])
                await session.execute(made.on_conflict_do_nothing(index_elements=["webhook_id", "event_id"]))
            done = update(WebhookEventRow).where(WebhookEventRow.id.in_([event.id for event in happened]))
            await session.execute(done.values(spread=True).execution_options(synchronize_session=False))
            return len(happened)

    async def claim(
        self, limit: int, *, lease_s: float, now: datetime | None = None, but: Collection[int] = ()
    ) -> list[Delivery]:
        """Up to `limit` deliveries that are due, the oldest first, kept from others for `lease_s`: whoever dies with
        one leaves it to be sent again, and the receiver knows it by its number. `but`: not to these webhooks."""
        now = now or self._clock()
        due = (
            select(WebhookDeliveryRow)
            .join(WebhookRow, WebhookRow.id == WebhookDeliveryRow.webhook_id)
            .where(WebhookDeliveryRow.state == "pending", WebhookDeliveryRow.next_at <= now, WebhookRow.active)
            .where(WebhookRow.id.not_in(tuple(but)))
            .order_by(WebhookDeliveryRow.next_at, WebhookDeliveryRow.event_id)
            .limit(limit)
            .with_for_update(of=WebhookDeliveryRow, skip_locked=True)
        )
        async with self._database.reading() as session:
            if await session.scalar(_waiting(now).limit(1)) is None:
                return []
        async with self._database.writing() as session:
            rows = list(await session.scalars(due))
            for row in rows:
                row.attempts += 1
                row.next_at = now + timedelta(seconds=lease_s)
            await session.flush()
            wanted = [(row.webhook_id, row.event_id) for row in rows]
            whole = {(one.webhook.id, one.event_id): one for one in await self._whole(session, wanted)}
            return [whole[key] for key in wanted]

    async def settle(
        self,
        sent: Delivery,
        state: DeliveryState,
        status: int | None,
        *,
        next_at: datetime | None = None,
        most_failures: int = 0,
        gone: bool = False,
    ) -> Webhook | None:
        """What became of it; 'pending' with `next_at` is tried again then. A webhook that has given up `most_failures`
        deliveries in a row, or says that it is `gone`, is switched off. None when it was removed meanwhile."""
        now = self._clock()
        done: dict[str, Any] = {"state": state, "status": status}
        done |= {"next_at": next_at or now} if state == "pending" else {"settled_at": now}
        mine = (
            WebhookDeliveryRow.webhook_id == sent.webhook.id,
            WebhookDeliveryRow.event_id == sent.event_id,
            WebhookDeliveryRow.state == "pending",
        )
        async with self._database.writing() as session:
            await session.execute(update(WebhookDeliveryRow).where(*mine).values(done))
            row = await session.get(WebhookRow, sent.webhook.id, with_for_update=True)
            if row is None:
                return None
            if state == "sent":
                row.failures = 0
            elif state == "failed":
                row.failures += 1
            if row.active and (gone or (most_failures and row.failures >= most_failures)):
                row.active, row.stopped = False, "gone" if gone else "failing"
            return webhook(row)

    async def deliveries(self, id: int, after: str = "", limit: int = 50) -> Page[Delivery]:
        """What was and is on its way to one, the newest first. Raises BadCursor."""
        limit = size_of(limit)
        wanted = _deliveries().where(WebhookDeliveryRow.webhook_id == id)
        if after:
            wanted = wanted.where(WebhookDeliveryRow.event_id < key_of(after, int)[0])
        async with self._database.reading() as session:
            found = await session.execute(wanted.order_by(WebhookDeliveryRow.event_id.desc()).limit(limit + 1))
            return page_of(found.all(), limit, _delivery, lambda row: (row[0].event_id,))

    async def pending(self) -> int:
        """How many deliveries are on their way to webhooks that are on."""
        wanted = (
            select(func.count())
            .select_from(WebhookDeliveryRow)
            .join(WebhookRow, WebhookRow.id == WebhookDeliveryRow.webhook_id)
            .where(WebhookDeliveryRow.state == "pending", WebhookRow.active)
        )
        async with self._database.reading() as session:
            return await session.scalar(wanted) or 0

    async def _whole(self, session: AsyncSession, keys: Sequence[tuple[int, int]]) -> list[Delivery]:
        if not keys:
            return []
        hooks, numbers = {hook for hook, _ in keys}, {number for _, number in keys}
        wanted = _deliveries().where(WebhookDeliveryRow.webhook_id.in_(hooks), WebhookDeliveryRow.event_id.in_(numbers))
        return [_delivery(row) for row in await session.execute(wanted)]


def wants(named: Sequence[str], event: str) -> bool:
    """None named is all; 'ticket.*' is every event of tickets."""
    return not named or event in named or f"{event.partition('.')[0]}.*" in named


def _waiting(now: datetime) -> Select[int]:
    due = (WebhookDeliveryRow.state == "pending", WebhookDeliveryRow.next_at <= now)
    return select(WebhookDeliveryRow.event_id).where(*due)


def _delivery_row(webhook_id: int, event_id: int, now: datetime) -> dict[str, Any]:
    return {
        "webhook_id": webhook_id,
        "event_id": event_id,
        "state": "pending",
        "attempts": 0,
        "next_at": now,
        "status": None,
        "settled_at": None,
    }


def _deliveries() -> Select[WebhookDeliveryRow, WebhookEventRow, WebhookRow]:
    return (
        select(WebhookDeliveryRow, WebhookEventRow, WebhookRow)
        .join(WebhookEventRow, WebhookEventRow.id == WebhookDeliveryRow.event_id)
        .join(WebhookRow, WebhookRow.id == WebhookDeliveryRow.webhook_id)
    )


def _delivery(row: Row[WebhookDeliveryRow, WebhookEventRow, WebhookRow]) -> Delivery:
    on_the_way, event, hook = row
    return Delivery(
        webhook=webhook(hook),
        event_id=event.id,
        event=event.event,
        at=event.at,
        body=dict(event.body),
        attempts=on_the_way.attempts,
        state=cast("DeliveryState", on_the_way.state),
        status=on_the_way.status,
        next_at=on_the_way.next_at,
        settled_at=on_the_way.settled_at,
    )


def webhook(row: WebhookRow) -> Webhook:
    return Webhook(
        id=row.id,
        url=row.url,
        events=tuple(row.events),
        active=row.active,
        secret=row.secret,
        created_by=row.created_by,
        failures=row.failures,
        stopped=row.stopped,
        created_at=row.created_at,
    )
