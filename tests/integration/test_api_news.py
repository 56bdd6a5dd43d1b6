"""What pages hear of a storm as it happens, at whichever node it does. On both dialects."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime

import pytest

from kezek_api.storm.news import News
from kezek_register import Register
from kezek_register.bulletin_types import Bulletin

NOW = datetime.now(UTC)


@pytest.fixture
async def other_node(register_url: str, register: Register) -> AsyncIterator[Register]:
    async with Register.open(register_url, node="n2") as opened:
        yield opened


async def heard(events: AsyncIterator[bytes]) -> tuple[str, int]:
    async with asyncio.timeout(20):
        told = (await anext(events)).decode()
    kind, data = told.removesuffix("\n\n").removeprefix("event: ").split("\ndata: ")
    return kind, json.loads(data)["revision"]


async def test_a_page_hears_of_bulletins_and_of_the_rung_whichever_node_changed_them(
    register: Register, other_node: Register
) -> None:
    rung = 3
    news = News(register, lambda: rung, look_s=0.02)
    running = asyncio.create_task(news.run())
    try:
        async with aclosing(news.events()) as events:
            first = {await heard(events) for _ in range(5)}
            assert {kind for kind, _ in first} == {"suspicion", "addition", "outage", "bulletin", "rung"}
            assert ("rung", 3) in first
            before = dict(first)["bulletin"]
            draft = Bulletin(0, "draft", {"ru": "Воду подвозят"})
            bulletin = await other_node.bulletins.write(draft, "dana")
            for step in (
                lambda: other_node.bulletins.record(bulletin.id, "ru", b"RIFF"),
                lambda: other_node.bulletins.publish(bulletin.id, "dana"),
                lambda: other_node.bulletins.stop(bulletin.id, "dana"),
            ):
                kind, revision = await heard(events)
                assert (kind, revision > before) == ("bulletin", True)
                before = revision
                await step()
            assert (await heard(events))[0] == "bulletin"
            rung = 4
            assert await heard(events) == ("rung", 4)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
