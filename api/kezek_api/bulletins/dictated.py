"""Bulletins that managers speak by telephone (ivr's port), over SQL."""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from datetime import UTC, datetime

from kezek_api.bulletins.voice import RATE
from kezek_register import Register
from kezek_register.types import NotFound


class SqlDictations:
    """Meets `kezek_ivr.ports.Dictations`. `languages`: those in which callers are answered, `default` one of them."""

    def __init__(self, register: Register, languages: Sequence[str], default: str) -> None:
        self._register, self._languages, self._default = register, languages, default

    async def language(self, phone: str) -> str | None:
        who = await self._register.staff.by_phone(phone)
        if who is None or who.role != "manager":
            return None
        return who.language if who.language in self._languages else self._default

    async def keep(self, phone: str, language: str, sound: bytes) -> int:
        """Raises NotFound when it is no manager's any more, BadBulletin, Unavailable."""
        who = await self._register.staff.by_phone(phone)
        if who is None or who.role != "manager":
            raise NotFound("no manager has this telephone")
        made = await self._register.bulletins.dictated(who.login, language, _wav(sound))
        await self._register.audit.write(who.login, "bulletin_dictated", str(made.id), datetime.now(UTC))
        return made.id


def _wav(sound: bytes) -> bytes:
    told = io.BytesIO()
    with wave.open(told, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(sound)
    return told.getvalue()
