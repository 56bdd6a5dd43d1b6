"""Who works here."""

from __future__ import annotations

import builtins

from sqlalchemy import select, update

from kezek_register.sql import values
from kezek_register.sql.database import Database
from kezek_register.sql.tables import StaffRow
from kezek_register.types import NotFound, Staff


class StaffList:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, staff: Staff) -> None:
        """Raises Conflict when the login or the phone is taken."""
        async with self._database.writing() as session:
            session.add(StaffRow(login=staff.login, password_hash=staff.password_hash, **_fields(staff)))

    async def get(self, login: str) -> Staff:
        """Raises NotFound."""
        async with self._database.reading() as session:
            row = await session.get(StaffRow, login)
        if row is None:
            raise NotFound("no such login")
        return values.staff(row)

    async def all(self) -> builtins.list[Staff]:
        """By login."""
        async with self._database.reading() as session:
            return [values.staff(row) for row in await session.scalars(select(StaffRow).order_by(StaffRow.login))]

    async def by_phone(self, phone: str) -> Staff | None:
        """Whose extension this is."""
        if not phone:
            return None
        async with self._database.reading() as session:
            row = await session.scalar(select(StaffRow).where(StaffRow.phone == phone))
        return values.staff(row) if row else None

    async def update(self, staff: Staff) -> None:
        """All but the login; an empty password hash leaves the present one. Raises NotFound and Conflict."""
        fields = _fields(staff)
        if staff.password_hash:
            fields["password_hash"] = staff.password_hash
        await self._change(staff.login, fields)

    async def set_password_hash(self, login: str, password_hash: str) -> None:
        """Raises NotFound."""
        await self._change(login, {"password_hash": password_hash})

    async def _change(self, login: str, fields: dict[str, object]) -> None:
        changed = update(StaffRow).where(StaffRow.login == login).values(fields).returning(StaffRow.login)
        async with self._database.writing() as session:
            if await session.scalar(changed) is None:
                raise NotFound("no such login")


def _fields(staff: Staff) -> dict[str, object]:
    return {
        "name": staff.name,
        "role": staff.role,
        "phone": staff.phone or None,
        "language": staff.language,
        "queues": list(staff.queues),
        "skills": dict(staff.skills),
        "organisation_id": staff.organisation_id,
        "second_line": staff.second_line,
    }
