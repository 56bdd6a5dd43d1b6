"""Photos of tickets: the request's body straight into a file below the photos' folder, cleaned of where and when it was
taken, and back out.

The row comes after the file is whole and synced, so a row never leads to half a photo; until then the file is called
`.new`, and one that stays so is settled later (photo_keeping.py).
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from kezek_api.errors import Invalid, TooLarge, UnknownMedia
from kezek_register.photos import NotAPicture, without_traces

log = structlog.get_logger(__name__)

MAX_PHOTO = 8 << 20  # bytes
MOST = 50  # photos of one ticket
AT_ONCE = 4  # uploads of one person at a time, at this node
NEW = ".new"  # behind the name of a file of which no row is known yet
_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
MEDIA_TYPES = tuple(_ENDINGS)


@dataclass(frozen=True, slots=True)
class Stored:
    """`file`: a name below the folder; it is called `.new` until `keep`."""

    file: str
    media_type: str
    size: int  # bytes


async def store(folder: Path, body: AsyncIterator[bytes], media_type: str, now: datetime) -> Stored:
    """Raises UnknownMedia, TooLarge, Invalid (it is no such picture), OSError (the disk)."""
    kind = media_type.partition(";")[0].strip().lower()
    if kind not in _ENDINGS:
        raise UnknownMedia(f"A photo is one of {', '.join(MEDIA_TYPES)}")
    file = f"{now:%Y/%m}/{secrets.token_hex(16)}{_ENDINGS[kind]}"
    path = new(folder, file)
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True, mode=0o750)
    size = 0
    try:
        with await asyncio.to_thread(path.open, "xb") as open_file:
            async for chunk in body:
                if not size and chunk and not is_picture(chunk, kind):
                    raise Invalid("The body is no such picture")
                size += len(chunk)
                if size > MAX_PHOTO:
                    raise TooLarge(f"A photo has at most {MAX_PHOTO >> 20} MiB")
                await asyncio.to_thread(open_file.write, chunk)
        if not size:
            raise Invalid("The body is empty")
        size = await asyncio.to_thread(_clean, path)
    except NotAPicture as wrong:
        await asyncio.shield(asyncio.to_thread(discard, folder, file))
        raise Invalid(f"The body is no such picture: {wrong}") from None
    except BaseException:
        await asyncio.shield(asyncio.to_thread(discard, folder, file))
        raise
    return Stored(file, kind, size)


def is_picture(beginning: bytes, media_type: str) -> bool:
    """What it says of itself by its first bytes; a chunk that is too short for that is taken."""
    match media_type:
        case "image/jpeg":
            return beginning.startswith(b"\xff\xd8\xff"[: len(beginning)])
        case "image/png":
            return beginning.startswith(b"\x89PNG\r\n\x1a\n"[: len(beginning)])
        case _:
            return beginning.startswith(b"RIFF"[: len(beginning)]) and b"WEBP".startswith(beginning[8:12])


def path_of(folder: Path, file: str) -> Path | None:
    """Where it is; None when it is not, or not below the folder."""
    for path in ((folder / file).resolve(), new(folder, file).resolve()):
        if path.is_relative_to(folder.resolve()) and path.is_file():
            return path
    return None


def new(folder: Path, file: str) -> Path:
    return folder / f"{file}{NEW}"


def keep(folder: Path, file: str) -> None:
    """It has its row now. A disk that says no leaves it for later: it is found by either name."""
    with suppress(OSError):
        new(folder, file).replace(folder / file)


def discard(folder: Path, file: str) -> None:
    """One that came to nothing."""
    with suppress(OSError):
        new(folder, file).unlink(missing_ok=True)


def delete(folder: Path, file: str) -> bool:
    """Whether nothing is left of it, whatever it is called."""
    if not (folder / file).resolve().is_relative_to(folder.resolve()):
        return True  # nobody's of ours
    try:
        for path in (new(folder, file), folder / file):
            path.unlink(missing_ok=True)
    except OSError as error:
        log.error("photo_not_deleted", error=type(error).__name__)
        return False
    return True


def _clean(path: Path) -> int:
    """Without where and when it was taken, and on the disk; how many bytes are left. Raises NotAPicture."""
    clean = without_traces(path.read_bytes())
    with path.open("wb") as file:
        file.write(clean)
        file.flush()
        os.fsync(file.fileno())
    return len(clean)
