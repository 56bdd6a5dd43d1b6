"""The ladder's parts of a house."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from kezek_api.keeping import after
from kezek_api.ladder.crew import Crew
from kezek_api.ladder.reserving import Reserving
from kezek_api.ladder.service import Ladder
from kezek_api.rules import Rules
from kezek_api.settings import Settings
from kezek_queue import Queues
from kezek_register import Register


def parts(
    ladder: Ladder,
    queues: Queues,
    register: Register,
    settings: Settings,
    rules: Rules,
    *,
    begun: asyncio.Event,
    migrated: asyncio.Event,
) -> dict[str, Callable[[], Awaitable[None]]]:
    """By name. `begun`: Redis has answered; `migrated`: SQL has its tables."""
    crew = Crew(ladder, register, node=settings.node, zone=settings.zone, quiet=rules.citizens.hours())
    reserving = Reserving(ladder, rules.queues)
    return {
        "ladder": lambda: after(begun, ladder.run(queues)),
        "usual": lambda: after(migrated, ladder.learn(register)),
        "reserving": lambda: after(begun, reserving.run(queues)),
        "crew": lambda: after(migrated, crew.run(queues)),
    }
