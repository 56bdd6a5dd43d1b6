"""A person's data goes at his wish: out of every table, his recordings and his tickets' photos from the disk."""

from __future__ import annotations

import asyncio
import hmac
from hashlib import sha256
from pathlib import Path

import structlog

from kezek_api.photo_keeping import delete
from kezek_api.recordings import path_of
from kezek_register import Register
from kezek_register.phones import e164
from kezek_register.sql.persons import Erased

log = structlog.get_logger(__name__)


def subject_of(phone: str, key: bytes) -> str:
    """What the audit says in the number's place: whoever has the site's key and the number finds the row again,
    nobody else finds the number."""
    whole = e164(phone) or phone.strip()
    return f"person:{hmac.new(key, whole.encode(), sha256).hexdigest()[:16]}"


async def erase(register: Register, recordings: Path, photos: Path, phone: str, *, who: str, key: bytes) -> Erased:
    """Raises NoNumber and Unavailable. A file that cannot be deleted now has no time left: the books delete it."""
    erased = await register.persons.erase(phone, who, subject_of(phone, key))
    for call, file in erased.recordings:
        if await asyncio.to_thread(_unlink, recordings, file):
            await register.recordings.forget(call)
    await delete(register, photos, list(erased.photos))
    return erased


def _unlink(folder: Path, file: str) -> bool:
    try:
        found = path_of(folder, file, search=True)
        if found is not None:
            found.unlink(missing_ok=True)
    except OSError as error:
        log.error("recording_not_deleted", error=type(error).__name__)
        return False
    return True
