"""What a ticket begins with: its topic gives kind and time, its address the place, the rules who answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kezek_register.areas import Place
from kezek_register.duty_types import Answer
from kezek_register.outage_types import Outage
from kezek_register.ticket_types import TicketKind
from kezek_register.types import NotFound, Ticket, Topic

_OF_TOPIC = ("kind", "asset_kind", "accident", "allowed_hours", "allowed_days")
_OF_ADDRESS = ("building_id", "territory_id")
FOLLOWS = {"topic": _OF_TOPIC, "street_id": _OF_ADDRESS, "house": _OF_ADDRESS}  # what follows from which field
AUTOMATIC: frozenset[TicketKind] = frozenset({"incident", "complaint", "suggestion"})  # the others need no executor


async def _plain_topic(code: str) -> Topic:
    return Topic(code, {}, kind="incident")


async def _plain_place(street_id: int, house: str) -> Place:
    return Place(street_id=street_id, house=house)


async def _no_outage(place: Place) -> Sequence[Outage]:
    return ()


async def _nobody(place: Place, asset_kind: str) -> Answer | None:
    return None


@dataclass(frozen=True, slots=True)
class Filling:
    """Asked before the transaction, for each verb here is a transaction of its own.

    `begins_with`: a topic with what its parents say; `of_house`: a street's id and a house, known or not, as a place;
    `who`: the rules' answer; `affecting`: what goes on at a place."""

    begins_with: Callable[[str], Awaitable[Topic]] = _plain_topic
    of_house: Callable[[int, str], Awaitable[Place]] = _plain_place
    who: Callable[[Place, str], Awaitable[Answer | None]] = _nobody
    affecting: Callable[[Place], Awaitable[Sequence[Outage]]] = _no_outage

    async def fill(self, draft: Ticket, now: datetime, *, kind_said: bool = False) -> dict[str, Any]:
        """The columns that follow from the draft's topic and address; what it says itself stands. `kind_said`: an
        'incident' is somebody's word, not what a ticket is before anybody has said what it is.

        Raises Unavailable."""
        topic = await self.begins_with(draft.topic)
        place = await self._place(draft)
        own_time = draft.allowed_hours is not None or draft.allowed_days is not None
        asset_kind = draft.asset_kind or topic.asset_kind
        kind = draft.kind if kind_said or draft.kind != "incident" else topic.kind or "incident"
        executor = draft.organisation_id
        if executor is None and asset_kind and kind in AUTOMATIC and place.street_id:
            answer = await self.who(place, asset_kind)
            executor = answer.organisation.id if answer else None
        return {
            "kind": kind,
            "asset_kind": asset_kind,
            "accident": draft.accident or (topic.accident and not own_time),
            "allowed_hours": draft.allowed_hours if own_time else topic.allowed_hours,
            "allowed_days": draft.allowed_days if own_time else topic.allowed_days,
            "building_id": place.building_id or draft.building_id,
            "territory_id": place.territories[-1] if place.territories else draft.territory_id,
            "organisation_id": executor,
            "clock_from": draft.clock_from or draft.created_at or now,
        }

    async def outages(self, draft: Ticket) -> Sequence[Outage]:
        """Unplanned ones that go on at its place, of its very topic or of one above or below it. Raises Unavailable."""
        if draft.street_id is None:
            return ()
        going_on = await self.affecting(await self._place(draft))
        return [one for one in going_on if await self._same_matter(one.topic, draft.topic)]

    async def _same_matter(self, one: str, other: str) -> bool:
        if one == other:
            return True
        above = {(await self.begins_with(each)).parent for each in (one, other)} - {""}
        return bool(above & {one, other})

    @staticmethod
    def follows(changed: Iterable[str]) -> frozenset[str]:
        """The columns to fill in again when these fields have changed."""
        return frozenset(name for field in changed for name in FOLLOWS.get(field, ()))

    async def _place(self, draft: Ticket) -> Place:
        if draft.street_id is None:
            return Place()
        try:
            return await self.of_house(draft.street_id, draft.house)
        except NotFound:  # the street left the register: its ticket is written all the same, or refused there
            return Place()
