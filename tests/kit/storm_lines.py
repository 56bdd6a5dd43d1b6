"""The waiting line of a stateful story: the model. It can lose what it was told since a moment ago."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

from kezek_queue import ModelQueues, QueueSettings
from kezek_queue.types import FeedEvent, Kind, Queues
from kit.queue_order import overtaken
from kit.virtual_time import virtual_now

SETTINGS = QueueSettings(lease_s=20.0)


class StoryLine(Protocol):
    """`overtaken`: (who stood, who was offered), where the line can say so."""

    queues: Queues
    overtaken: list[tuple[str, str]]

    async def events(self) -> list[FeedEvent]:
        """All that it tells of the past now."""
        ...

    async def kept(self) -> Any:
        """All that it knows, for `loses`."""
        ...

    async def loses(self, kept: Any) -> None:
        """It comes back as it was then."""
        ...


class ModelLine:
    """Meets StoryLine."""

    def __init__(self) -> None:
        self.model_queues = ModelQueues(virtual_now, SETTINGS)
        self.queues: Queues = self.model_queues
        self.overtaken: list[tuple[str, str]] = []
        self._publish = self.model_queues.model.on_event
        self.model_queues.model.on_event = self._hear

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[ModelLine]:
        yield cls()

    def _hear(self, event: FeedEvent) -> None:
        if event.kind is Kind.OFFERED:
            self.overtaken += overtaken(self.model_queues.model, event)
        assert self._publish
        self._publish(event)

    async def events(self) -> list[FeedEvent]:
        return list(self.model_queues.model.feed)

    async def kept(self) -> Any:
        model = self.model_queues.model
        memo: dict[int, Any] = {id(each): each for each in (model.clock, model.settings, model.on_event, model.feed)}
        return copy.deepcopy(model.__dict__, memo), list(model.feed), dict(self.model_queues._replies)

    async def loses(self, kept: Any) -> None:
        model = self.model_queues.model
        state, feed, replies = kept
        model.__dict__.clear()
        model.__dict__.update(state)
        model.feed.clear()
        model.feed.extend(feed)
        self.model_queues._replies = replies
        self.model_queues._fanout.lose("the feed began anew")
