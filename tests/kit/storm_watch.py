"""Who looks for outages in a storm that is played: the detector over SQL, and the books, in one node."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from kezek_api.legs import record_of
from kezek_api.storm.follow import Follow
from kezek_api.storm.looking import Looking, Seen
from kezek_api.storm.places import Places
from kezek_api.storm.rules import DetectionRules
from kezek_api.storm.usual import usual_of
from kezek_api.storm.words import told_in_words
from kezek_queue import Queues
from kezek_queue.types import FeedEvent
from kezek_register import Register
from kezek_register.announcements import Names
from kezek_register.detection.detector import MassOutages
from kit.storm_city import TOPICS
from kit.virtual_time import virtual_now

ZONE = timezone(timedelta(hours=5))


def now() -> datetime:
    return datetime.fromtimestamp(virtual_now(), ZONE)


class Watched:
    """`ended`: events of calls that are over, to be written into the history; `look_s`: between two looks, a node looks
    twice a second; `tells`: into the chronicle."""

    def __init__(self, register: Register, rules: DetectionRules, look_s: float, tells: Callable[[str], None]) -> None:
        self.register, self._rules, self._look_s, self.tells = register, rules, look_s, tells
        self.ended: list[FeedEvent] = []
        self._said: dict[int, tuple[str, int]] = {}  # suspicion -> its state and households, as told last

    async def begin(self) -> None:
        town = await self.register.town.read()
        places = Places(town, await self.register.town.streets(), await self.register.town.parts())
        usual = usual_of(town, await self.register.usual_counts.read(), ZONE)
        detector = MassOutages(town, self._rules.settings(), usual)
        self._looking = Looking(self.register, self._rules, now, detector, places, Seen())
        self._looking._follow = Follow(asyncio.get_running_loop().time)
        await self._looking.replay()

    async def look(self, queues: Queues) -> None:
        """The detector, its suspicions into the chronicle, and the books: what has ended is history."""
        revision = 0
        while True:
            await self._looking.round()
            if (latest := await self.register.suspicions.revision()) != revision:
                revision = latest
                await self._tell_suspicions()
            ended, self.ended = self.ended, []
            for event in ended:
                call = await queues.call(event.call)
                await self.register.history.save(record_of(event, call, {}))
            await asyncio.sleep(self._look_s)

    async def _tell_suspicions(self) -> None:
        """New ones, those decided, and those that have become twice as large."""
        for one in reversed((await self.register.suspicions.page()).items):
            state, households = self._said.get(one.id, ("", 0))
            if one.state != state or one.households >= 2 * households:
                names = Names(await self.register.area_names.of(one.areas), _titles())
                self._said[one.id] = one.state, one.households
                self.tells(f"suspicion {one.id} {one.state}: '{told_in_words(one, names, 'en')}'")


def _titles() -> dict[str, dict[str, str]]:
    return {code: {"en": word} for word, code in TOPICS.items()}
