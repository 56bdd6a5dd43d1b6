"""The house's part `mqtt`: what is told to a broker, and what sensors say through it; nothing where none is named."""

from __future__ import annotations

import asyncio

from kezek_api.feed import Feed
from kezek_api.health import Health
from kezek_api.ladder.service import Ladder
from kezek_api.mqtt import Publisher
from kezek_api.outage_facts import OutageFacts
from kezek_api.settings import Settings
from kezek_api.storm.part import Storm
from kezek_api.storm.suspicion_facts import SuspicionFacts
from kezek_api.wallboard import Board
from kezek_register import Register


async def publish(
    settings: Settings,
    feed: Feed,
    board: Board,
    health: Health,
    register: Register,
    storm: Storm,
    ladder: Ladder,
    migrated: asyncio.Event,
) -> None:
    """For ever, or at once where no broker is wanted. `migrated`: SQL has its tables."""
    if not settings.mqtt_url:
        health.mark("mqtt", True, "none wanted")
        return
    publisher = Publisher(
        settings.mqtt_url,
        site=settings.site,
        node=settings.node,
        feed=feed,
        board=board,
        health=health,
        outages=OutageFacts(register, migrated),
        suspicions=SuspicionFacts(register, migrated),
        sensors=storm.sensors,
        ladder=ladder,
    )
    await publisher.run()
