"""Events to webhooks: spread, claimed, posted, until each has arrived or is given up."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from kezek_api.keeping import unbroken
from kezek_api.notifier.hook import GONE, Hook
from kezek_api.notifier.outcome import Outcome
from kezek_api.notifier.pauses import pause_s
from kezek_api.notifier.rules import Hooks
from kezek_register.notice_types import Delivery
from kezek_register.sql.webhooks import Webhooks
from kezek_register.types import Unavailable

log = structlog.get_logger(__name__)

REST_S = (2.0, 300.0)  # a webhook that does not answer is left alone so long, twice as long each time, at most so long
SLACK_S = 30.0  # a claim outlives the try by so much


class Delivering:
    """`sent`: tries by what became of them, since the start of this node."""

    def __init__(
        self,
        webhooks: Webhooks,
        hook: Hook,
        rules: Hooks,
        *,
        site: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._webhooks = webhooks
        self._hook = hook
        self._rules = rules
        self._site = site
        self._clock = clock
        self._resting: dict[int, tuple[datetime, float]] = {}  # webhook -> until when, and for how long
        self.sent: Counter[str] = Counter()

    async def round(self) -> int:
        """What is due, up to `at_once`; how many there were, new events included. Raises Unavailable."""
        spread = await unbroken(self._webhooks.spread())
        now = self._clock()
        resting = [id for id, (until, _) in self._resting.items() if until > now]
        lease_s = self._rules.timeout_s + SLACK_S
        due = await unbroken(self._webhooks.claim(self._rules.at_once, lease_s=lease_s, now=now, but=resting))
        await unbroken(self._deliver_all(due))
        return spread + len(due)

    async def _deliver_all(self, due: Sequence[Delivery]) -> None:
        async with asyncio.TaskGroup() as group:
            for delivery in due:
                group.create_task(self._deliver(delivery))

    async def _deliver(self, delivery: Delivery) -> None:
        hook = delivery.webhook
        outcome = await self._hook.post(
            hook.url, hook.secret, str(delivery.event_id), delivery.event, message(delivery, self._site)
        )
        self._rest(hook.id, outcome)
        self.sent[outcome.how] += 1
        gone = outcome.status == GONE
        pause = pause_s(
            delivery.attempts, self._rules.retries_s, f"{hook.id}:{delivery.event_id}", asked_s=outcome.after_s
        )
        try:
            if outcome.how == "sent":
                after = await unbroken(self._webhooks.settle(delivery, "sent", outcome.status))
            elif gone or pause is None:
                after = await unbroken(
                    self._webhooks.settle(
                        delivery, "failed", outcome.status, most_failures=self._rules.most_failures, gone=gone
                    )
                )
            else:
                next_at = self._clock() + timedelta(seconds=pause)
                after = await unbroken(self._webhooks.settle(delivery, "pending", outcome.status, next_at=next_at))
        except Unavailable:
            return  # its lease ends, and it is sent again: the receiver knows it by its number
        if after is not None and after.stopped and not after.active and hook.active:
            log.warning("webhook_switched_off", webhook=hook.id, why=after.stopped)

    def _rest(self, id: int, outcome: Outcome) -> None:
        """One that is dead keeps nobody else waiting."""
        if outcome.status is not None and outcome.status < 500 and outcome.status != 429:
            self._resting.pop(id, None)
            return
        _, before = self._resting.get(id, (None, 0.0))
        rest = max(min(max(2 * before, REST_S[0]), REST_S[1]), min(outcome.after_s, REST_S[1]))
        self._resting[id] = self._clock() + timedelta(seconds=rest), rest


def message(delivery: Delivery, site: str) -> dict[str, Any]:
    """What a webhook is sent. `id` is the same for every try, and for every webhook."""
    return {
        "id": delivery.event_id,
        "event": delivery.event,
        "at": delivery.at.isoformat(),
        "site": site,
        "body": delivery.body,
    }
