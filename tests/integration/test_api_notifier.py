"""What leaves the house in writing, over real HTTP: an SMS at most once, a webhook until it has arrived."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from kezek_api.health import Health
from kezek_api.notifier.delivering import Delivering
from kezek_api.notifier.gateway import HttpGateway
from kezek_api.notifier.hook import Hook
from kezek_api.notifier.notifier import Notifier
from kezek_api.notifier.outcome import Outcome
from kezek_api.notifier.rules import Gateway, Hooks, NoticeRules
from kezek_api.notifier.signing import verify
from kezek_api.notifier.texts import wording
from kezek_api.notifier.writing import Writers, Writing
from kezek_api.settings import Settings
from kezek_register import Register
from kezek_register.notice_types import Notice
from kezek_register.sql.notice_tables import WebhookEventRow
from kit.api import until
from kit.databases import free_port
from kit.receiver import Answer, Asked, receiving

ZONE = ZoneInfo("Asia/Almaty")
SMS = Notice("k", "ticket:26-000123-4", "late", "sms", "+77009990109", "ru", {"number": "26-000123-4"})
TEXT = "109: срок обращения 26-000123-4 истёк."


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC) + timedelta(days=1)  # later than what the register notes meanwhile

    def __call__(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


async def no_topics() -> dict[str, dict[str, str]]:
    return {}


@asynccontextmanager
async def writer(
    register: Register, sms: Gateway, clock: Clock, *, node: str = "one", quiet: str = ""
) -> AsyncIterator[Writing]:
    rules = NoticeRules(sms=sms, quiet=quiet)
    async with httpx.AsyncClient(trust_env=False) as client:
        texts = wording({}, zone=ZONE, name="109", language="kk", most_chars=335)
        writers = Writers(HttpGateway(sms, client), Hook(client, 5), texts, no_topics)
        yield Writing(register.notices, writers, rules, node=node, zone=ZONE, clock=clock)


async def test_one_sms_as_the_gateway_wants_it(register: Register, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    async with receiving(lambda asked: (200, '{"status":"ok"}')) as gateway:
        sms = Gateway(
            url=f"{gateway.url}/send?sender=109",
            secret_file=str(secret),
            headers={"X-Client": "kezek"},
            body={"messages": [{"to": "{number}", "body": "{text}"}], "id": "{key}"},
            sent_if='"ok"',
        )
        async with writer(register, sms, Clock()) as writing:
            await register.notices.add(SMS)
            assert await writing.round() == 1
            assert await writing.round() == 0
        (asked,) = gateway.asked
    assert asked.path == "/send?sender=109"
    assert asked.headers["authorization"] == "Bearer s3cret"
    assert asked.headers["x-client"] == "kezek"
    assert json.loads(asked.body) == {"messages": [{"to": "+77009990109", "body": TEXT}], "id": "k"}
    settled = await register.notices.get("k")
    assert (settled.state, settled.result, settled.attempts) == ("sent", "200", 1)


async def test_a_form_and_a_query(register: Register, tmp_path: Path) -> None:
    """Gateways of the old kind: login and password in the fields."""
    secret = tmp_path / "secret"
    secret.write_text("p w")
    fields = {"login": "109", "psw": "{secret}", "phones": "{number}", "mes": "{text}"}
    async with receiving() as gateway, httpx.AsyncClient(trust_env=False) as client:
        for send, method in (("form", "POST"), ("query", "GET")):
            rules = Gateway(url=gateway.url, send=send, method=method, body=fields, secret_file=str(secret))  # type: ignore[arg-type]
            assert (await HttpGateway(rules, client).send("+7700", "Су жоқ & жарық", "k")).how == "sent"
        form, query = gateway.asked
    wanted = {"login": "109", "psw": "p w", "phones": "+7700", "mes": "Су жоқ & жарық"}
    assert (form.form, query.query) == (wanted, wanted)
    assert "authorization" not in form.headers


@pytest.mark.parametrize(
    ("answer", "how"),
    [
        ((202, "ok"), "sent"),
        ((200, "error: bad number"), "refused"),
        ((400, ""), "refused"),
        ((401, ""), "later"),
        ((302, "", {"Location": "/elsewhere"}), "later"),
        ((429, "", {"Retry-After": "120"}), "later"),
        ((503, ""), "later"),
        ((500, ""), "unclear"),
        ((504, ""), "unclear"),
        (None, "unclear"),
    ],
)
async def test_what_an_answer_means(answer: Answer, how: str) -> None:
    """Only what certainly was not taken may be tried again."""
    async with receiving(lambda asked: answer) as gateway, httpx.AsyncClient(trust_env=False) as client:
        outcome = await HttpGateway(Gateway(url=gateway.url, sent_if="ok"), client).send("+7700", "text", "k")
        assert outcome.how == how
        assert len(gateway.asked) == 1
        assert "7700" not in outcome.why


async def test_a_gateway_that_is_not_there_or_does_not_answer() -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        away = Gateway(url=f"http://127.0.0.1:{free_port()}")
        assert (await HttpGateway(away, client).send("+7700", "text", "k")).how == "later"
        assert (await HttpGateway(away.model_copy(update={"secret_file": "/none"}), client).send("+7", "t", "k")) == (
            Outcome("later", "the gateway's secret cannot be read")
        )
        async with receiving() as gateway:
            gateway.hold.clear()
            slow = Gateway(url=gateway.url, timeout_s=0.2)
            assert (await HttpGateway(slow, client).send("+7700", "text", "k")).how == "unclear"


async def test_not_sent_is_tried_again_within_limits(register: Register) -> None:
    clock = Clock()
    sms = Gateway(url=f"http://127.0.0.1:{free_port()}", retries_s=(10, 100))
    await register.notices.add(SMS)
    async with writer(register, sms, clock) as writing:
        for pause in (0, 5, 13, 130):
            clock.later(pause)
            await writing.round()
        failed = await register.notices.get("k")
        assert (failed.state, failed.attempts) == ("failed", 3)
        assert writing.sent == {("sms", "later"): 3}
        assert "cannot be reached" in writing.trouble


async def test_an_unclear_end_is_not_sent_again(register: Register) -> None:
    """P8, P18: the gateway took it and died before it answered: shown, and a person decides."""
    clock = Clock()
    async with receiving(lambda asked: None) as gateway, writer(register, Gateway(url=gateway.url), clock) as writing:
        await register.notices.add(SMS)
        await writing.round()
        assert (await register.notices.get("k")).state == "unclear"
        clock.later(100_000)
        await writing.tidy()
        assert await writing.round() == 0
        assert await register.notices.waiting() == {("sms", "unclear"): 1}
        gateway.answer = lambda asked: (200, "ok")
        await register.notices.again("k")
        await writing.round()
        assert (await register.notices.get("k")).state == "sent"
        assert len(gateway.asked) == 2


async def test_a_node_that_dies_while_it_sends(register: Register) -> None:
    """P8: cut down between the claim and the answer, the notice is unclear in its next life, and at another node's
    look when it has none."""
    clock = Clock()
    async with receiving() as gateway:
        gateway.hold.clear()
        await register.notices.add(SMS, replace(SMS, key="other"))
        for node in ("one", "two"):
            async with writer(register, Gateway(url=gateway.url, per_second=1), clock, node=node) as writing:
                dying = asyncio.create_task(writing._notices.claim(node, ("sms",), 1, clock()))
                await dying
        async with writer(register, Gateway(url=gateway.url), clock, node="one") as writing:
            await writing.begin()
            assert [one.state for one in await register.notices.of(SMS.about)] == ["unclear", "claimed"]
            clock.later(601)
            await writing.tidy()
            assert [one.state for one in await register.notices.of(SMS.about)] == ["unclear", "unclear"]
            assert await writing.round() == 0
        assert gateway.asked == []


async def test_quiet_hours_and_old_news(register: Register) -> None:
    clock = Clock()
    clock.now = (clock.now + timedelta(days=1)).astimezone(ZONE).replace(hour=3, minute=0).astimezone(UTC)
    async with (
        receiving() as gateway,
        writer(register, Gateway(url=gateway.url), clock, quiet="22:00-07:00") as writing,
    ):
        restored = replace(SMS, key="good news", what="restored", told={"topic": "су"})
        await register.notices.add(restored, SMS)
        await writing.round()
        assert [one.state for one in await register.notices.of(SMS.about)] == ["pending", "sent"]
        clock.later(5 * 3600)
        await writing.round()
        assert (await register.notices.get("good news")).state == "sent"
        await register.notices.add(replace(restored, key="old"))
        clock.later(2 * 86_400)
        await writing.tidy()
        old = await register.notices.get("old")
        assert (old.state, old.result) == ("dropped", "too late")
        assert len(gateway.asked) == 2


async def happened(register: Register, *names: str) -> None:
    async with register._database.writing() as session:
        session.add_all(WebhookEventRow(event=name, at=datetime.now(UTC), body={"number": "26-1"}) for name in names)


@asynccontextmanager
async def deliverer(register: Register, clock: Clock, **rules: object) -> AsyncIterator[Delivering]:
    async with httpx.AsyncClient(trust_env=False) as client:
        hooks = Hooks.model_validate({"retries_s": (10, 100), **rules})
        yield Delivering(register.webhooks, Hook(client, hooks.timeout_s), hooks, site="109", clock=clock)


async def test_an_event_signed_and_once(register: Register) -> None:
    async with receiving() as receiver, deliverer(register, Clock()) as delivering:
        await register.webhooks.add(f"{receiver.url}/hook", ("ticket.*",), "whsec", "boss")
        await happened(register, "ticket.close", "outage.open")
        while await delivering.round():
            pass
        (asked,) = receiver.asked
    assert verify("whsec", asked.body, asked.headers["kezek-signature"], time.time())
    told = json.loads(asked.body)
    assert (told["event"], told["site"], told["body"]) == ("ticket.close", "109", {"number": "26-1"})
    assert asked.headers["idempotency-key"] == str(told["id"])
    assert asked.headers["kezek-event"] == "ticket.close"


async def test_a_receiver_that_fails_is_tried_again_then_switched_off(register: Register) -> None:
    clock = Clock()
    status = [500]

    def answer(asked: Asked) -> Answer:
        return status[0], ""

    async with receiving(answer) as receiver, deliverer(register, clock, most_failures=2) as delivering:
        hook = await register.webhooks.add(receiver.url, (), "s", "boss")
        await happened(register, "ticket.close")
        await delivering.round()
        clock.later(15)
        await delivering.round()
        assert [asked.headers["idempotency-key"] for asked in receiver.asked] == ["1", "1"]
        status[0] = 204
        clock.later(200)
        await delivering.round()
        (one,) = (await register.webhooks.deliveries(hook.id)).items
        assert (one.state, one.status, one.attempts) == ("sent", 204, 3)

        status[0] = 500
        await happened(register, "ticket.close", "ticket.close")
        for pause in (0, 200, 200, 400, 400):
            clock.later(pause)
            await delivering.round()
        off = await register.webhooks.get(hook.id)
        assert (off.active, off.stopped) == (False, "failing")
        tries = len(receiver.asked)
        await happened(register, "ticket.close")
        clock.later(1000)
        await delivering.round()
        assert len(receiver.asked) == tries


async def test_one_that_is_gone_is_asked_no_more(register: Register) -> None:
    async with receiving(lambda asked: (410, "")) as receiver, deliverer(register, Clock()) as delivering:
        hook = await register.webhooks.add(receiver.url, (), "s", "boss")
        await happened(register, "ticket.close")
        await delivering.round()
        assert (await register.webhooks.get(hook.id)).stopped == "gone"


async def test_a_dead_receiver_keeps_no_other_waiting(register: Register) -> None:
    clock = Clock()
    async with receiving() as dead, receiving() as alive, deliverer(register, clock, timeout_s=3) as delivering:
        dead.hold.clear()
        await register.webhooks.add(dead.url, (), "s", "boss")
        await register.webhooks.add(alive.url, (), "s", "boss")
        await happened(register, *["ticket.close"] * 30)
        await until(lambda: delivering.round(), 20)
        for _ in range(12):
            await delivering.round()
        assert len(alive.asked) == 30
        assert len(dead.asked) <= 8


async def test_the_houses_part(register: Register, tmp_path: Path) -> None:
    """Begun as the house begins it: a notice that is added is sent within moments; health and figures tell."""
    health = Health()
    async with receiving() as gateway:
        rules = NoticeRules(sms=Gateway(url=gateway.url))
        settings = Settings.load(tmp_path, site="109", node="one", timezone="Asia/Almaty")
        notifier = Notifier(register, rules, settings, health)
        running = asyncio.create_task(notifier.run())
        try:
            await register.notices.add(SMS)
            await until(lambda: gateway.asked)
            await until(lambda: health.parts.get("notifier") and health.parts["notifier"].ok)
            told = {sample.name: sample.value for family in notifier.figures() for sample in family.samples}
            assert told["kezek_notices_tries_total"] == 1.0
        finally:
            running.cancel()
            await asyncio.wait({running})


async def test_a_site_without_a_gateway(register: Register, tmp_path: Path) -> None:
    health = Health()
    notifier = Notifier(register, NoticeRules(), Settings.load(tmp_path, site="109", node="one"), health)
    await register.notices.add(SMS)
    running = asyncio.create_task(notifier.run())
    try:
        part = await until(lambda: health.parts.get("notifier"))
        assert (part.ok, part.detail) == (False, "no SMS gateway, 1 wait")
        assert (await register.notices.get("k")).state == "pending"
    finally:
        running.cancel()
        await asyncio.wait({running})
