"""Who stands in the line already when an outage of his house is confirmed, or opened by hand, hears of it there.

While music plays, never in the middle of a prompt; an operator who comes cuts it short, and knows what was told. Each
outage once, and never to an emergency, one in danger, one who says nothing, or one who has spoken with an operator.
What is asked here again and again for every call that waits lies in memory: a register that is slow or dead costs
nobody anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from kezek_ivr.announcing import Announcing, concerned, has_heard
from kezek_ivr.conversation import BEHIND, USUAL, Conversation
from kezek_ivr.keeping import rework
from kezek_ivr.overload import felt, is_spared
from kezek_ivr.ports import Affecting, Concerned, Outages, Rungs
from kezek_ivr.settings import ReceptionSettings
from kezek_queue.types import Queues

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class News:
    """What one caller is to be told."""

    who: Concerned
    outages: Sequence[Affecting]


class WaitingNews:
    """Without `outages` there is none."""

    def __init__(
        self,
        outages: Outages | None,
        announcing: Announcing,
        rungs: Rungs | None,
        queues: Queues,
        settings: ReceptionSettings,
    ) -> None:
        self._outages, self._announcing, self._rungs = outages, announcing, rungs
        self._queues, self._settings = queues, settings
        self._noting: set[asyncio.Task[bool]] = set()

    def of(self, talk: Conversation) -> News | None:
        """What he is to be told now. No I/O."""
        if self._outages is None or talk.talked or is_spared(talk, self._rungs):
            return None
        number = self._outages.news()
        if number == talk.news:
            return None
        who = concerned(talk)
        found = self._outages.heard(who) if who is not None else ()
        if found is None:
            return None
        talk.news = number
        fresh = self._announcing.untold(talk, [each for each in found if not each.suspected])
        return News(who, fresh) if who is not None and fresh else None

    async def tell(self, talk: Conversation, news: News) -> str:
        """The digit that he presses, '' for none; see `ends`. Cut short before the facts are over, it is told again if
        that operator does not take him. Raises HungUp of who leaves before he has heard it."""
        ids = [each.id for each in news.outages]
        talk.keeper.set_outages(ids)
        talk.story.tell("outage", outages=ids)
        noting = asyncio.create_task(self._note(talk.call, ids))  # an operator who comes is to read it, too
        self._noting.add(noting)
        noting.add_done_callback(self._noting.discard)
        number, talk.news = talk.news, -1
        cut = await self._announcing.facts(talk, news.outages)
        talk.news = number
        has_heard(talk, news.outages)
        digit = await self._announcing.asks(talk, news.who, cut=cut)
        if self.ends(digit or ""):
            await asyncio.wait({noting}, timeout=self._settings.notes_limit_s)
        return digit or ""

    def ends(self, digit: str) -> bool:
        """He needs nobody any more."""
        return self._announcing.is_all(digit)

    async def informed(self, talk: Conversation, news: News, digit: str) -> None:
        """The call's end."""
        await self._announcing.informed(talk, news.who, news.outages, digit)

    def ties(self, news: News) -> None:
        """Who stays, or is cut short by an operator, is one of the concerned all the same."""
        self._announcing.stays(news.who, news.outages)

    def goes_behind(self, talk: Conversation) -> bool:
        """He has heard of an outage and stays: from now on after those who know nothing yet?"""
        if talk.priority != USUAL or talk.talked or not felt(talk, self._rungs).behind:
            return False
        talk.priority = BEHIND
        return True

    async def _note(self, call: str, ids: Sequence[int]) -> bool:
        """Nobody keeps the notes of a call that waits: they are changed where they are."""
        with suppress(Exception):  # of Redis, in any way: he is told
            return await rework(
                self._queues,
                call,
                self._settings.queue_limit_s,
                lambda kept: {"outages": sorted({*kept.get("outages", ()), *ids})},
            )
        return False
