"""Who reports trouble, and who is told of what is suspected: calls (ivr's ports), over SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from kezek_api.citizens import SqlOutages
from kezek_api.storm.rules import DetectionRules
from kezek_ivr.ports import Affecting, Concerned
from kezek_register import Register
from kezek_register.areas import Place
from kezek_register.outage_types import Outage
from kezek_register.trouble_types import BadTrouble, Trouble


class SqlTroubles:
    """Meets `kezek_ivr.ports.Troubles`."""

    def __init__(self, register: Register, clock: Callable[[], datetime]) -> None:
        self._register, self._clock = register, clock

    async def report(self, who: Concerned, *, topic: str, sure: float, recorded: bool = False) -> None:
        """A household without an address of its own words is at home. Raises Unavailable: then it is said again."""
        place = None
        if who.household_id is not None:
            place = await self._register.places.of_household(who.household_id)
        told = Trouble(
            key=f"call:{who.call}",
            at=self._clock(),
            source="recorded" if recorded else "call",
            topic=topic,
            street_id=place.street_id if place else who.street_id,
            house=place.house if place else who.house,
            building_id=place.building_id if place else who.building_id,
            flat=who.flat,
            household_id=who.household_id,
            phone=who.phone,
            sure=sure,
            call=who.call,
        )
        try:
            await self._register.troubles.add(told)
        except BadTrouble:
            return  # nothing is known of where it is


class WithSuspicions(SqlOutages):
    """What goes on at a house, and behind it what is suspected there of another matter."""

    def __init__(self, register: Register, rules: DetectionRules) -> None:
        super().__init__(register)
        self._rules = rules

    async def _at(self, place: Place) -> Sequence[Affecting]:
        known = list(await super()._at(place))
        if not self._rules.on:
            return known
        found = await self._register.suspicions.affecting(place)
        return [*known, *(_suspected(one) for one in found if not self._known(one, known))]

    def _known(self, one: Outage, known: Sequence[Affecting]) -> bool:
        return any(self._rules.same_matter(one.topic, each.topic) for each in known)


def _suspected(one: Outage) -> Affecting:
    return Affecting(one.id, one.topic, one.cause, one.starts_at, suspected=True, reports=one.calls)
