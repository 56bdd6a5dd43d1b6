"""The register's part in a call (ivr's Directory) over SQL: names are read beforehand, the rest has a limit.

A register that is away, slow or wrong never holds a call up: it then knows nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from kezek_ivr.types import HouseholdNote, KnownCaller, NearBuilding, TicketNote
from kezek_register import Register, street_name, street_title
from kezek_register.houses import normalise_house
from kezek_register.types import Household, RegisterError, Street, Topic

log = structlog.get_logger(__name__)

NOBODY = KnownCaller(household=None, language="", open_tickets=())


class SqlDirectory:
    """Meets `kezek_ivr.types.Directory`. `limit_s` bounds each verb."""

    def __init__(self, register: Register, *, limit_s: float = 0.8) -> None:
        self._register = register
        self._limit = limit_s
        self._streets: tuple[Street, ...] = ()
        self._by_id: dict[int, Street] = {}
        self._topics: tuple[Topic, ...] = ()

    async def load(self) -> bool:
        """Reads streets and topics; True when they have changed. Raises RegisterError; what was read before stays."""
        streets = tuple(await self._register.addresses.streets())
        topics = tuple(await self._register.topics.all())
        changed = (streets, topics) != (self._streets, self._topics)
        self._streets, self._topics = streets, topics
        self._by_id = {street.id: street for street in streets}
        return changed

    async def known(self, number: str) -> KnownCaller:
        try:
            async with asyncio.timeout(self._limit):
                household = await self._register.households.by_phone(number)
                if household is None:
                    return NOBODY
                tickets = await self._register.tickets.open_for(household.id)
        except (RegisterError, TimeoutError, ValueError) as nothing:
            _nothing("known", nothing)
            return NOBODY
        return KnownCaller(
            household=self._household(household),
            language=household.language,
            open_tickets=tuple(
                TicketNote(
                    number=ticket.number,
                    topic=ticket.topic,
                    state=ticket.state,
                    created_at=ticket.created_at.isoformat() if ticket.created_at else "",
                )
                for ticket in tickets
            ),
        )

    async def near(self, streets: Sequence[int], house: str) -> Sequence[NearBuilding]:
        """Raises RegisterError and TimeoutError: no answer is not the same as no building."""
        async with asyncio.timeout(self._limit):
            found = await self._register.addresses.near(streets, house)
        number = normalise_house(house)
        return [NearBuilding(each.id, each.street_id, each.house, each.house == number) for each in found]

    def streets(self, language: str) -> Mapping[str, str]:
        """A name that two streets share goes to neither: better an empty field than a wrong one."""
        spoken: dict[str, str] = {}
        shared: set[str] = set()
        for street in self._streets:
            names = {street.names.get(language, "")}
            names |= {name for name_language, name in street.other_names if name_language == language}
            for name in {" ".join(name.lower().split()) for name in names} - {""}:
                if spoken.setdefault(name, str(street.id)) != str(street.id):
                    shared.add(name)
        return {name: street for name, street in spoken.items() if name not in shared}

    def street_name(self, street_id: int, language: str) -> str:
        """In this language, else in another one; '' for an unknown street."""
        street = self._by_id.get(street_id)
        return street_name(street, language) if street else ""

    def street_title(self, street_id: int, language: str) -> str:
        """With its kind: 'улица Абая'; '' for an unknown street."""
        street = self._by_id.get(street_id)
        return street_title(street, language) if street else ""

    def topics(self, language: str) -> Mapping[str, str]:
        return {name.lower(): topic.code for topic in self._topics if (name := topic.names.get(language, "").strip())}

    async def remember_language(self, household_id: int, language: str) -> None:
        try:
            async with asyncio.timeout(self._limit):
                await self._register.households.remember_language(household_id, language)
        except (RegisterError, TimeoutError) as nothing:
            _nothing("remember_language", nothing)

    @staticmethod
    def _household(household: Household) -> HouseholdNote:
        return HouseholdNote(
            id=household.id,
            person=household.person,
            street_id=household.street.id,
            street=street_name(household.street, household.language),
            house=household.building.house,
            flat=household.flat,
        )


def _nothing(verb: str, why: Exception) -> None:
    log.warning("directory_knows_nothing", verb=verb, error=type(why).__name__)
