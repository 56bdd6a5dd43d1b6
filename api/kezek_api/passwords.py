"""Passwords: argon2id in a thread (a quarter of a second each), a few at a time."""

from __future__ import annotations

import asyncio
from functools import partial

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher


class Passwords:
    """`hash` and `verify`. An unknown login costs as much time as a wrong password."""

    def __init__(self, *, at_once: int = 2, hasher: Argon2Hasher | None = None) -> None:
        self._hasher = PasswordHash((hasher or Argon2Hasher(),))
        self._gate = asyncio.Semaphore(at_once)
        self._decoy: str | None = None

    async def hash(self, password: str) -> str:
        async with self._gate:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password: str, password_hash: str) -> bool:
        """False for a wrong password, an empty hash and a hash of another kind."""
        if not password_hash:
            if self._decoy is None:
                self._decoy = await self.hash("nobody's")
            await self._check(password, self._decoy)
            return False
        return await self._check(password, password_hash)

    async def _check(self, password: str, password_hash: str) -> bool:
        async with self._gate:
            try:
                return await asyncio.to_thread(partial(self._hasher.verify, password, password_hash))
            except Exception:  # noqa: BLE001 - pwdlib: an unknown or broken hash opens no door
                return False


async def hash_password(password: str) -> str:
    """For the command line: one hash, as `register.staff.set_password_hash` wants it."""
    return await Passwords().hash(password)
