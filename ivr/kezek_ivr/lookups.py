"""The register as a call may lean on it: an answer within the limit, or 'nothing known'. Never raises, never delays."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TypeVar

import structlog

from kezek_ivr.types import Directory, KnownCaller, NearBuilding

T = TypeVar("T")

log = structlog.get_logger(__name__)

NOBODY = KnownCaller(household=None, language="", open_tickets=())


class Lookups:
    def __init__(self, directory: Directory, *, limit: float) -> None:
        self._directory, self._limit = directory, limit

    async def known(self, number: str | None) -> KnownCaller:
        """Who calls; nobody known for a hidden number."""
        if number is None:
            return NOBODY
        return await self._within(self._directory.known(number), NOBODY, "known")

    async def near(self, streets: Sequence[int], house: str) -> Sequence[NearBuilding] | None:
        """The buildings that may be meant (see `Directory.near`); None: the register did not answer."""
        return await self._within(self._near(streets, house), None, "near")

    async def remember_language(self, household_id: int, language: str) -> None:
        await self._within(self._directory.remember_language(household_id, language), None, "remember_language")

    def topics(self, language: str) -> frozenset[str]:
        """The codes of the town's topics, as far as they have been read."""
        return frozenset(self._directory.topics(language).values())

    def street_name(self, street_id: str, language: str) -> str:
        """The name on the sign; the reference itself where it is unknown."""
        try:
            return self._directory.street_name(int(street_id), language)
        except (LookupError, ValueError):
            return street_id

    def street_title(self, street_id: str, language: str) -> str:
        """As it is said: 'улица Абая'; '' where it is unknown."""
        try:
            return self._directory.street_title(int(street_id), language)
        except (LookupError, ValueError):
            return ""

    async def _near(self, streets: Sequence[int], house: str) -> Sequence[NearBuilding] | None:
        return await self._directory.near(streets, house)

    async def _within(self, answer: Awaitable[T], otherwise: T, what: str) -> T:
        try:
            async with asyncio.timeout(self._limit):
                return await answer
        except Exception as error:  # noqa: BLE001 - a broken register leaves fields empty, the call goes on
            log.warning("register.no_answer", what=what, error=type(error).__name__)
            return otherwise
