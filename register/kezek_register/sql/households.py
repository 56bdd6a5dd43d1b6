"""Households by the telephone they call from."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from kezek_register.phones import e164
from kezek_register.sql import values
from kezek_register.sql.database import Database
from kezek_register.sql.tables import HouseholdRow, PhoneRow, table_of
from kezek_register.types import Household, NotFound


class Households:
    """Its statements are made once: a call waits, and making their keys takes longer than the database does."""

    def __init__(self, database: Database) -> None:
        self._database = database
        phones = table_of(PhoneRow)
        self._of_phone = select(phones.c.household_id).where(phones.c.phone == bindparam("phone"))
        whole = select(HouseholdRow).where(HouseholdRow.id == bindparam("household_id"))
        self._whole = whole.options(*values.whole_household())

    async def by_phone(self, number: str) -> Household | None:
        """Whoever calls from this number, however it is written; None when unknown or no telephone number."""
        phone = e164(number)
        if phone is None:
            return None
        async with self._database.reading() as session:
            found = await session.scalar(self._of_phone, {"phone": phone})
            if found is None:
                return None
            row = await session.scalar(self._whole, {"household_id": found})
            return values.household(row) if row else None

    async def get(self, household_id: int) -> Household:
        """Raises NotFound."""
        async with self._database.reading() as session:
            row = await session.scalar(self._whole, {"household_id": household_id})
            if row is None:
                raise NotFound(f"no household {household_id}")
            return values.household(row)

    async def remember_language(self, household_id: int, language: str) -> None:
        """The language chosen last, for the next call. Raises NotFound."""
        changed = update(HouseholdRow).where(HouseholdRow.id == household_id).values(language=language)
        async with self._database.writing() as session:
            if await session.scalar(changed.returning(HouseholdRow.id)) is None:
                raise NotFound(f"no household {household_id}")
