"""What SQL remembers when Asterisk tells of a call that the line does not know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from kezek_api.keeping import unbroken
from kezek_register import Register
from kezek_register.types import CallRecord, NotFound


class Memory(Protocol):
    """Each raises RegisterError."""

    async def ended(self, call: str) -> bool:
        """The history has that call's end."""
        ...

    async def login_of(self, phone: str) -> str:
        """Whose phone it is; '' when nobody's."""
        ...

    async def cut(self, since: float, until: float) -> Sequence[CallRecord]:
        """Whom to call back, of those who arrived since then and were cut until then (unix seconds); the next first."""
        ...


class SqlMemory:
    def __init__(self, register: Register) -> None:
        self._register = register

    async def ended(self, call: str) -> bool:
        try:
            return bool((await unbroken(self._register.history.get(call))).end)
        except NotFound:
            return False

    async def login_of(self, phone: str) -> str:
        staff = await unbroken(self._register.staff.by_phone(phone))
        return staff.login if staff else ""

    async def cut(self, since: float, until: float) -> Sequence[CallRecord]:
        first, last = (datetime.fromtimestamp(at, UTC) for at in (since, until))
        return await unbroken(self._register.history.cut(first, last))
