"""Staff in the register and their phones in Asterisk: for `kezek user add` and for the demo accounts."""

from __future__ import annotations

from typing import Literal

from kezek_api.passwords import Passwords
from kezek_register import NotFound, Register, Staff

DEMO_OPERATOR, DEMO_MANAGER = "operator", "manager"
DEMO_PHONE = "1001"


async def ensure_demo(register: Register, passwords: dict[str, str], queues: tuple[str, ...], language: str) -> None:
    """The demo accounts exist with these passwords (login -> password)."""
    accounts: list[tuple[str, str, Literal["operator", "manager"], str]] = [
        (DEMO_OPERATOR, "Aigul Omarova", "operator", DEMO_PHONE),
        (DEMO_MANAGER, "Serik Nurlan", "manager", ""),
    ]
    hasher = Passwords()
    for login, name, role, phone in accounts:
        try:
            known = await register.staff.get(login)
        except NotFound:
            await register.staff.add(Staff(login, name, role, phone, language, queues, {}))
            known = await register.staff.get(login)
        if not known.password_hash or not await hasher.verify(passwords[login], known.password_hash):
            await register.staff.set_password_hash(login, await hasher.hash(passwords[login]))
