"""Households by the telephone they call from."""

from __future__ import annotations

from sqlalchemy import select, update

from kezek_register.phones import e164
from kezek_register.sql import values
from kezek_register.sql.database import Database
from kezek_register.sql.tables import HouseholdRow, PhoneRow
from kezek_register.types import Household, NotFound


class Households:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_phone(self, number: str) -> Household | None:
        """Whoever calls from this number, however it is written; None when unknown or no telephone number."""
        phone = e164(number)
        if phone is None:
            return None
        wanted = select(HouseholdRow).join(PhoneRow, PhoneRow.household_id == HouseholdRow.id)
        async with self._database.reading() as session:
            row = await session.scalar(wanted.where(PhoneRow.phone == phone).options(*values.whole_household()))
            return values.household(row) if row else None

    async def get(self, household_id: int) -> Household:
        """Raises NotFound."""
        wanted = select(HouseholdRow).where(HouseholdRow.id == household_id)
        async with self._database.reading() as session:
            row = await session.scalar(wanted.options(*values.whole_household()))
            if row is None:
                raise NotFound(f"no household {household_id}")
            return values.household(row)

    async def remember_language(self, household_id: int, language: str) -> None:
        """The language chosen last, for the next call. Raises NotFound."""
        changed = update(HouseholdRow).where(HouseholdRow.id == household_id).values(language=language)
        async with self._database.writing() as session:
            if await session.scalar(changed.returning(HouseholdRow.id)) is None:
                raise NotFound(f"no household {household_id}")
