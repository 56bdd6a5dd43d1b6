"""What SQL remembers when Asterisk tells of a call that the line does not know."""

from __future__ import annotations

from typing import Protocol

from kezek_api.keeping import unbroken
from kezek_register import Register
from kezek_register.types import NotFound


class Memory(Protocol):
    """Each raises RegisterError."""

    async def ended(self, call: str) -> bool:
        """The history has that call's end."""
        ...

    async def login_of(self, phone: str) -> str:
        """Whose phone it is; '' when nobody's."""
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
