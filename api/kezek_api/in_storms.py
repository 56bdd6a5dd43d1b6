"""All that a node has for storms, built together: who looks for mass outages, the ladder's parts, bulletins, recorded
intake; what of it calls need, what the doors need, and what runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

from prometheus_client.core import Metric

from kezek_api.bulletins.dictated import SqlDictations
from kezek_api.bulletins.shelf import Shelf
from kezek_api.bulletins.voice import BulletinVoice
from kezek_api.callfile import CallFiles
from kezek_api.keeping import after
from kezek_api.ladder.parts import parts as ladder_parts
from kezek_api.ladder.service import Ladder
from kezek_api.recorded import SqlIntake
from kezek_api.rules import Rules
from kezek_api.settings import Settings
from kezek_api.storm.part import Storm
from kezek_api.storm_ports import StormPorts
from kezek_queue import Queues
from kezek_register import Register


class InStorms:
    def __init__(
        self, register: Register, queues: Queues, files: CallFiles, settings: Settings, rules: Rules, ladder: Ladder
    ) -> None:
        self._register, self._queues, self._settings, self._rules = register, queues, settings, rules
        self._ladder = ladder
        self.voice = BulletinVoice(settings.home, register.bulletins)
        self.watching = Storm(register, rules.detection, settings.node, rules.calendar.zone, lambda: ladder.rung.n)
        self._shelf = Shelf(register, self.voice, settings.prompts, settings.languages, settings.default_language)
        self.ports = StormPorts(
            troubles=self.watching.troubles,
            rungs=ladder,
            bulletins=self._shelf,
            intake=SqlIntake(queues, files, register),
            dictations=SqlDictations(register, settings.languages, settings.default_language),
        )

    def parts(self, *, begun: asyncio.Event, migrated: asyncio.Event) -> dict[str, Callable[[], Awaitable[None]]]:
        """By name. `begun`: Redis has answered; `migrated`: SQL has its tables."""
        return {
            **ladder_parts(
                self._ladder,
                self._queues,
                self._register,
                self._settings,
                self._rules,
                begun=begun,
                migrated=migrated,
            ),
            "bulletins": lambda: after(migrated, self._shelf.run()),
            "storm": lambda: after(migrated, self.watching.run()),
        }

    def figures(self) -> Iterator[Metric]:
        """For Prometheus."""
        yield from self._ladder.figures()
        yield from self.watching.figures()

    async def close(self) -> None:
        """Another node may look from now on."""
        self.watching.news.close()
        await self.watching.watch.let_go()
