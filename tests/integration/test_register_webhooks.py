"""Programs that are told of events: each wanted event once on its way, until it arrives or is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kezek_register import NotFound, Register
from kezek_register.sql.notice_tables import WebhookEventRow

NOW = datetime.now(UTC) + timedelta(days=1)  # later than whatever the register notes while a test lasts


async def happened(register: Register, *names: str) -> None:
    """As every verb that moves something writes it, in its own transaction."""
    async with register._database.writing() as session:
        session.add_all(WebhookEventRow(event=name, at=NOW, body={"ticket": "26-000001-1"}) for name in names)
    assert await register.webhooks.spread() == len(names)
    assert await register.webhooks.spread() == 0


async def claim(register: Register, now: datetime = NOW) -> list[tuple[int, str, int]]:
    due = await register.webhooks.claim(10, lease_s=60, now=now)
    return [(one.webhook.id, one.event, one.attempts) for one in due]


async def test_each_gets_what_it_wants(register: Register) -> None:
    everything = await register.webhooks.add("http://a/", (), "s1", "boss")
    tickets = await register.webhooks.add("http://b/", ("ticket.*",), "s2", "boss")
    one = await register.webhooks.add("http://c/", ("outage.opened",), "s3", "boss")
    off = await register.webhooks.add("http://d/", (), "s4", "boss")
    await register.webhooks.switch(off.id, False)
    await happened(register, "ticket.assigned", "outage.opened")
    assert await claim(register) == [
        (everything.id, "ticket.assigned", 1),
        (tickets.id, "ticket.assigned", 1),
        (everything.id, "outage.opened", 1),
        (one.id, "outage.opened", 1),
    ]
    first = await register.webhooks.page(limit=3)
    assert [hook.url for hook in first.items] == ["http://a/", "http://b/", "http://c/"]
    rest = await register.webhooks.page(first.cursor, 3)
    assert ([hook.url for hook in rest.items], rest.cursor) == (["http://d/"], "")
    assert "s1" not in repr(everything)


async def test_whoever_dies_with_one_leaves_it_to_be_sent_again(register: Register) -> None:
    await register.webhooks.add("http://a/", (), "s", "boss")
    await happened(register, "ticket.closed")
    assert await claim(register) == [(1, "ticket.closed", 1)]
    assert await claim(register, NOW + timedelta(seconds=59)) == []
    assert await claim(register, NOW + timedelta(seconds=60)) == [(1, "ticket.closed", 2)]


async def test_settled_tried_again_and_given_up(register: Register) -> None:
    hook = await register.webhooks.add("http://a/", (), "s", "boss")
    await happened(register, *["ticket.closed"] * 3)
    first, second, third = await register.webhooks.claim(10, lease_s=60, now=NOW)
    await register.webhooks.settle(first, "sent", 204)
    await register.webhooks.settle(second, "pending", 500, next_at=NOW + timedelta(hours=1))
    after = await register.webhooks.settle(third, "failed", None, most_failures=2)
    assert after is not None
    assert (after.active, after.failures) == (True, 1)
    assert [(one.state, one.status) for one in (await register.webhooks.deliveries(hook.id)).items] == [
        ("failed", None),
        ("pending", 500),
        ("sent", 204),
    ]
    assert await register.webhooks.pending() == 1
    (again,) = await register.webhooks.claim(10, lease_s=60, now=NOW + timedelta(hours=1))
    stopped = await register.webhooks.settle(again, "failed", 500, most_failures=2)
    assert stopped is not None
    assert (stopped.active, stopped.stopped) == (False, "failing")
    assert (await register.webhooks.switch(hook.id, True)).failures == 0


async def test_gone_and_removed(register: Register) -> None:
    hook = await register.webhooks.add("http://a/", ("none.such",), "s", "boss")
    await register.webhooks.test(hook.id)
    (due,) = await register.webhooks.claim(10, lease_s=60)
    stopped = await register.webhooks.settle(due, "failed", 410, gone=True)
    assert stopped is not None
    assert stopped.stopped == "gone"
    await register.webhooks.remove(hook.id)
    assert await register.webhooks.settle(due, "sent", 200) is None
    for verb in (register.webhooks.remove, register.webhooks.test, register.webhooks.get):
        with pytest.raises(NotFound):
            await verb(hook.id)
