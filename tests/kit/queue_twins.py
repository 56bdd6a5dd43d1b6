"""The Redis engine and the pure model side by side on one test clock: every verb is asked of both and must agree."""

from __future__ import annotations

import asyncio
from typing import Any

from redis.exceptions import ConnectionError as LinkLost

from kezek_queue import FeedEvent, ModelQueues, QueueError, QueueSettings, RedisQueues, Snapshot, Unavailable

START = 20_718 * 86_400.0 - 30.0  # half a minute before a midnight (UTC) in September 2026


class TestClock:
    """Unix seconds that pass only when told to."""

    __test__ = False

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now = round(self.now + seconds, 3)


class BadLink:
    """Between the engine and Redis: loses the next reply after the verb was done, or lets nothing through."""

    def __init__(self, queues: RedisQueues) -> None:
        self._execute = queues._asker._execute
        queues._asker._execute = self.execute
        self.loses_reply = self.is_down = False

    async def execute(self, *command: Any, **where: Any) -> Any:
        if self.is_down:
            raise LinkLost("down")
        reply = await self._execute(*command, **where)
        if self.loses_reply:
            self.loses_reply = False
            raise LinkLost("the reply is lost")
        return reply


class Twins:
    """Sync, for hypothesis: runs the engine in a loop of its own."""

    def __init__(self, url: str, site: str, settings: QueueSettings) -> None:
        self.clock = TestClock()
        self.model = ModelQueues(self.clock, settings)
        self.engine = RedisQueues(url, site, settings, self.clock)
        self.link = BadLink(self.engine)
        self.asked: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.runner = asyncio.Runner()
        self.runner.run(self.engine.__aenter__())

    def close(self) -> None:
        self.runner.run(self.engine.__aexit__(None, None, None))
        self.runner.close()

    def ask(self, verb: str, /, *args: Any, **kwargs: Any) -> Any:
        """The reply both gave; the code of the error both raised."""
        self.asked.append((verb, args, kwargs))
        replies = [self._one(queues, verb, *args, **kwargs) for queues in (self.model, self.engine)]
        self.link.loses_reply = False
        assert replies[0] == replies[1], (verb, args, kwargs, replies)
        return replies[0]

    def ask_in_vain(self, verb: str, /, *args: Any, **kwargs: Any) -> None:
        """Redis is away: the engine says so and nothing has happened."""
        self.link.is_down = True
        try:
            assert self._one(self.engine, verb, *args, **kwargs) in (Unavailable.code, "not_allowed")
        finally:
            self.link.is_down = False

    def _one(self, queues: ModelQueues | RedisQueues, verb: str, /, *args: Any, **kwargs: Any) -> Any:
        try:
            return self.runner.run(getattr(queues, verb)(*args, **kwargs))
        except QueueError as error:
            return error.code

    def same_picture(self) -> Snapshot:
        pictures = [self.runner.run(queues.snapshot()) for queues in (self.model, self.engine)]
        fields = [(p.at, p.queues, p.operators, p.waiting) for p in pictures]
        assert fields[0] == fields[1]
        for queues, picture in zip((self.model, self.engine), pictures, strict=True):
            short = self.runner.run(queues.snapshot(places=False))
            assert (short.queues, short.operators, short.waiting) == (picture.queues, picture.operators, ())
        return pictures[0]

    def same_kept(self) -> None:
        kept = [self.runner.run(queues.kept()) for queues in (self.model, self.engine)]
        assert kept[0] == kept[1]

    def same_sets(self) -> None:
        """The line's sets and the due times in Redis are those of the model: none is written too late or not at all."""
        model, found = self.model.model, self.runner.run(self._sets())
        assert found["due"] == model.due
        assert found["fronts"] == {lane: line[0][0] for lane, line in model.lines.items()}
        assert found["lines"] == {lane: [call for _, _, call in line] for lane, line in model.lines.items()}

    async def _sets(self) -> dict[str, dict[str, Any]]:
        redis, prefix = self.engine._redis, self.engine._prefix
        due, fronts = [
            dict(await redis.zrange(f"{prefix}{name}", 0, -1, withscores=True)) for name in ("due", "fronts")
        ]
        stem = f"{prefix}line:"
        lines = {key.removeprefix(stem): await redis.zrange(key, 0, -1) for key in await redis.keys(f"{prefix}line:*")}
        return {"due": due, "fronts": fronts, "lines": lines}

    def same_feed(self) -> list[FeedEvent]:
        ours = list(self.model.model.feed)
        theirs = self.runner.run(whole_feed(self.engine))
        facts = [[(e.kind, e.at, e.call, e.operator, e.queue, dict(e.data)) for e in feed] for feed in (ours, theirs)]
        for n, (one, other) in enumerate(zip(*facts, strict=False)):
            assert one == other, f"event {n} of {len(facts[0])} and {len(facts[1])}"
        assert len(facts[0]) == len(facts[1])
        return ours


async def whole_feed(queues: ModelQueues | RedisQueues) -> list[FeedEvent]:
    """Every event until now, by the snapshot's id."""
    last, events = (await queues.snapshot()).feed_id, list[FeedEvent]()
    if last == "0-0":
        return events
    feed = queues.feed("0-0")
    async with asyncio.timeout(10):
        async for event in feed:
            events.append(event)
            if event.id == last:
                break
    await feed.aclose()  # type: ignore[attr-defined]
    return events
