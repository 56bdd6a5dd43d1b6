"""Notices in writing: claimed, sent, settled. An SMS at most once: after a claim there is one try, and what is not
certainly unsent is never tried again by itself."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

import structlog

from kezek_api.keeping import unbroken
from kezek_api.notifier.gateway import SmsGateway, secret_of
from kezek_api.notifier.hook import Hook
from kezek_api.notifier.outcome import Outcome
from kezek_api.notifier.pauses import pause_s
from kezek_api.notifier.rules import NoticeRules
from kezek_api.notifier.texts import Wording
from kezek_register.notice_types import Notice, NoticeChannel, NoticeState
from kezek_register.sql.notices import Notices
from kezek_register.types import Unavailable

log = structlog.get_logger(__name__)

CHANNELS: tuple[NoticeChannel, ...] = ("sms", "webhook")
AT_ONCE = 10  # notices claimed at a time
TOLD_S = 300.0  # how long SQL is waited for to be told what became of one; then it counts as unclear
DEAD_S = 600.0  # a claim so old is of a node that died: no try takes so long

Topics = Callable[[], Awaitable[Mapping[str, Mapping[str, str]]]]


@dataclass(frozen=True, slots=True)
class Writers:
    """`gateway` None: the site has none, and SMS wait until they are stale."""

    gateway: SmsGateway | None
    hook: Hook
    wording: Wording
    topics: Topics


class Writing:
    """`sent`: tries by channel and what became of them, since the start of this node. `call_instead`: a citizen whose
    SMS was certainly not taken is called."""

    def __init__(
        self,
        notices: Notices,
        writers: Writers,
        rules: NoticeRules,
        *,
        node: str,
        zone: tzinfo,
        call_instead: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._notices = notices
        self._writers = writers
        self._rules = rules
        self._node = node
        self._zone = zone
        self._instead: NoticeChannel | None = "call" if call_instead else None
        self._clock = clock
        self.sent: Counter[tuple[str, str]] = Counter()
        self.trouble = ""  # of the last try that failed by our fault or the gateway's; '' after a good one

    async def begin(self) -> None:
        """What this node had claimed in an earlier life may have gone out or not. Raises Unavailable."""
        lost = await unbroken(self._notices.unclear(self._node, CHANNELS))
        if lost:
            log.warning("notices_unclear", count=len(lost))

    async def tidy(self) -> None:
        """Of nodes that never came back, and what is too old to be news. Raises Unavailable."""
        now = self._clock()
        await unbroken(self._notices.unclear(channels=CHANNELS, before=now - timedelta(seconds=DEAD_S)))
        dropped = await unbroken(self._notices.expire(now - timedelta(seconds=self._rules.stale_s), CHANNELS))
        if dropped:
            log.warning("notices_too_late", count=dropped)

    async def round(self) -> int:
        """What is due, up to AT_ONCE; how many. Raises Unavailable, before anything is sent."""
        now = self._clock()
        channels = CHANNELS if self._writers.gateway is not None else ("webhook",)
        back = self._rules.kept_back(now.astimezone(self._zone))
        limit = max(1, min(AT_ONCE, int(self._rules.sms.per_second)))  # a second's work: what is claimed goes out now
        topics = await self._writers.topics()
        due = await unbroken(self._notices.claim(self._node, channels, limit, now, but=back))
        await unbroken(self._send_all(due, topics))
        return len(due)

    async def _send_all(self, due: Sequence[Notice], topics: Mapping[str, Mapping[str, str]]) -> None:
        async with asyncio.TaskGroup() as group:
            for notice in due:
                group.create_task(self._send(notice, topics))
                if notice.channel == "sms":
                    await asyncio.sleep(1.0 / self._rules.sms.per_second)

    async def _send(self, notice: Notice, topics: Mapping[str, Mapping[str, str]]) -> None:
        try:
            outcome = await self._try(notice, self._writers.wording.of(notice, topics))
        except Exception as error:  # noqa: BLE001 - a text or an address that no code foresaw must not stop the others
            outcome = Outcome("unclear", type(error).__name__)
        self.sent[notice.channel, outcome.how] += 1
        if notice.channel == "sms":
            self.trouble = outcome.why if outcome.how in ("later", "unclear") else ""
        log.info("notice", what=notice.what, channel=notice.channel, how=outcome.how, why=outcome.why)
        await self._settle(notice, outcome)

    async def _try(self, notice: Notice, text: str) -> Outcome:
        if not notice.address:
            return Outcome("refused", "no address")
        if notice.channel == "sms":
            if self._writers.gateway is None:
                return Outcome("later", "no gateway")
            return await self._writers.gateway.send(notice.address, text, notice.key)
        secret = await asyncio.to_thread(secret_of, self._rules.webhooks.secret_file)
        told = {
            "key": notice.key,
            "about": notice.about,
            "what": notice.what,
            "language": notice.language,
            "text": text,
            "told": notice.told,
        }
        return await self._writers.hook.post(notice.address, secret, notice.key, f"notice.{notice.what}", told)

    async def _settle(self, notice: Notice, outcome: Outcome) -> None:
        """Until SQL has taken it: a try that nobody wrote down is unclear after the next start."""
        state, next_at = self._judge(notice, outcome)
        loop = asyncio.get_running_loop()
        last, pause = loop.time() + TOLD_S, 0.5
        while True:
            try:
                await unbroken(self._notices.settle(notice.key, state, outcome.why, next_at, instead=self._instead))
                return
            except Unavailable:
                if loop.time() > last:
                    log.error("notice_not_settled", what=notice.what, how=outcome.how)
                    return
            await asyncio.sleep(pause)
            pause = min(2 * pause, 10.0)

    def _judge(self, notice: Notice, outcome: Outcome) -> tuple[NoticeState, datetime | None]:
        if outcome.how == "sent":
            return "sent", None
        if outcome.how == "refused":
            return "failed", None
        if outcome.how == "unclear":
            return "unclear", None
        retries = self._rules.sms.retries_s if notice.channel == "sms" else self._rules.webhooks.retries_s
        pause = pause_s(notice.attempts, retries, notice.key, asked_s=outcome.after_s)
        if pause is None:
            return "failed", None
        return "pending", self._clock() + timedelta(seconds=pause)
