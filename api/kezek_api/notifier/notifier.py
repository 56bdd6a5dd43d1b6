"""The house's part `notifier`: one loop for what people are written, one for what programs are told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping

import httpx
import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from kezek_api.health import Health
from kezek_api.keeping import keep, unbroken
from kezek_api.notifier.delivering import Delivering
from kezek_api.notifier.gateway import HttpGateway
from kezek_api.notifier.hook import Hook
from kezek_api.notifier.rules import NoticeRules
from kezek_api.notifier.texts import wording
from kezek_api.notifier.writing import Writers, Writing
from kezek_api.settings import Settings
from kezek_register import Register
from kezek_register.types import RegisterError, Unavailable

log = structlog.get_logger(__name__)

PART = "notifier"
LOOK_S = 1.0  # a notice waits so long at most before it is looked at
TIDY_S = 60.0
COUNT_S = 5.0
TOPICS_S = 300.0
CONNECTIONS = 32


class Notifier:
    """`run` for ever, on tables that stand. Its health is shown; without it no call is lost and nothing that is to be
    told is forgotten."""

    def __init__(
        self,
        register: Register,
        rules: NoticeRules,
        settings: Settings,
        health: Health,
        *,
        call_instead: bool = False,
    ) -> None:
        self._register = register
        self._call_instead = call_instead
        self._rules = rules
        self._settings = settings
        self._health = health
        self._topics: tuple[float, Mapping[str, Mapping[str, str]]] = (0.0, {})
        self._waiting: dict[tuple[str, str], int] = {}
        self._pending = 0
        self._writing: Writing | None = None
        self._delivering: Delivering | None = None

    async def run(self) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        async with httpx.AsyncClient(limits=limits, trust_env=False, follow_redirects=False) as client:
            rules, settings = self._rules, self._settings
            hook = Hook(client, rules.webhooks.timeout_s)
            texts = wording(
                rules.texts,
                zone=settings.zone,
                name=settings.site,
                language=settings.default_language,
                most_chars=rules.most_chars,
            )
            gateway = HttpGateway(rules.sms, client) if rules.sms.url else None
            writers = Writers(gateway, hook, texts, self._names)
            register = self._register
            writing = Writing(
                register.notices,
                writers,
                rules,
                node=settings.node,
                zone=settings.zone,
                call_instead=self._call_instead,
            )
            delivering = Delivering(register.webhooks, hook, rules.webhooks, site=settings.site)
            self._writing, self._delivering = writing, delivering
            await self._until_there(writing.begin)
            parts = {"written": writing.round, "delivered": delivering.round, "tidied": self._tidy}
            async with asyncio.TaskGroup() as group:
                for name, part in parts.items():
                    group.create_task(keep(name, self._again_and_again(part), self._health.failed(name)), name=name)

    def _again_and_again(self, part: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[None]]:
        async def forever() -> None:
            while True:
                try:
                    done = await part()
                except Unavailable:
                    done = 0
                if not done:
                    await asyncio.sleep(LOOK_S)

        return forever

    async def _until_there(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
                return
            except Unavailable:
                self._mark()
                await asyncio.sleep(LOOK_S)

    async def _tidy(self) -> int:
        assert self._writing is not None  # noqa: S101 - begun in `run`
        await self._writing.tidy()
        for _ in range(int(TIDY_S / COUNT_S)):
            self._waiting = await unbroken(self._register.notices.waiting())
            self._pending = await unbroken(self._register.webhooks.pending())
            self._mark()
            await asyncio.sleep(COUNT_S)
        return 1

    def _mark(self) -> None:
        unclear = sum(number for (_, state), number in self._waiting.items() if state == "unclear")
        told = [f"{unclear} unclear"] if unclear else []
        trouble = self._writing.trouble if self._writing is not None else ""
        stuck = self._waiting.get(("sms", "pending"), 0)
        if not self._rules.sms.url:
            told.append(f"no SMS gateway, {stuck} wait" if stuck else "no SMS gateway")
        elif trouble:
            told.append(trouble)
        well = not trouble and (bool(self._rules.sms.url) or not stuck)
        self._health.mark(PART, well, ", ".join(told))

    async def _names(self) -> Mapping[str, Mapping[str, str]]:
        """Topics' names; old ones while SQL is away."""
        read, names = self._topics
        if not names or time.monotonic() - read > TOPICS_S:
            try:
                names = {topic.code: topic.names for topic in await unbroken(self._register.topics.all())}
            except RegisterError:
                log.warning("topics_not_read")
            self._topics = time.monotonic(), names
        return names

    def figures(self) -> Iterator[Metric]:
        """For Prometheus. What waits is the whole site's: each node tells the same."""
        waiting = GaugeMetricFamily("kezek_notices", "Notices not settled well", labels=["channel", "state"])
        for (channel, state), number in self._waiting.items():
            waiting.add_metric([channel, state], number)
        tries = CounterMetricFamily("kezek_notices_tries", "Notices tried in writing", labels=["channel", "how"])
        for (channel, how), number in (self._writing.sent if self._writing else {}).items():
            tries.add_metric([channel, how], number)
        deliveries = CounterMetricFamily("kezek_webhook_tries", "Events posted to webhooks", labels=["how"])
        for how, number in (self._delivering.sent if self._delivering else {}).items():
            deliveries.add_metric([how], number)
        yield from (waiting, tries, deliveries)
        yield GaugeMetricFamily("kezek_webhook_deliveries_waiting", "Events on their way", value=self._pending)
