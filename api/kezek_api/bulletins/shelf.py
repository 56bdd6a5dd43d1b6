"""The bulletins that are on, as files where Asterisk finds its prompts, and which of them a caller hears.

`<prompts>/<language>/bulletin/<id>-<version>.wav`: another version is another file, so that nobody hears half of each.
Read again every two seconds by every node; while SQL is away what was on stays on.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog

from kezek_api.bulletins.voice import BulletinVoice
from kezek_api.outage_news import place_of
from kezek_api.provision.step import CannotHave
from kezek_ivr.ports import Concerned, ToldFirst
from kezek_register import Register
from kezek_register.bulletin_types import Bulletin
from kezek_register.types import RegisterError

log = structlog.get_logger(__name__)

LOOK_S = 2.0
FOLDER = "bulletin"


class Shelf:
    """Meets `kezek_ivr.ports.Bulletins`. `prompts`: as Asterisk sees them; where that is no folder of this machine,
    nothing is said."""

    def __init__(
        self, register: Register, voice: BulletinVoice, prompts: str, languages: Sequence[str], default: str
    ) -> None:
        self._register, self._voice, self._languages, self._default = register, voice, languages, default
        self._folder = Path(prompts) if Path(prompts).is_absolute() else None
        self._on: dict[int, Bulletin] = {}
        self._ready: dict[tuple[int, int], frozenset[str]] = {}  # (id, version) -> languages whose file is there
        self._failed: set[tuple[int, int, str]] = set()  # told once

    async def run(self) -> None:
        while True:
            with contextlib.suppress(RegisterError):
                await self.once()
            await asyncio.sleep(LOOK_S)

    async def once(self) -> None:
        """Raises RegisterError; what was on stays."""
        on = await self._register.bulletins.on()
        if self._folder is None or not self._folder.is_dir():
            return
        ready: dict[tuple[int, int], frozenset[str]] = {}
        for bulletin in on:
            have = [language for language in self._languages if await self._made(bulletin, language)]
            ready[bulletin.id, bulletin.version] = frozenset(have)
        gone = self._ready.keys() - ready.keys()
        self._on, self._ready = {one.id: one for one in on}, ready
        await asyncio.to_thread(self._sweep, {id for id, _ in gone} - self._on.keys())

    async def first(self, language: str, packs: Collection[str]) -> Sequence[ToldFirst]:
        return [*self._told(language, (one for one in self._of_now() if not one.areas and one.pack in ("", *packs)))]

    async def of_place(self, who: Concerned, language: str) -> Sequence[ToldFirst]:
        with_areas = [one for one in self._of_now() if one.areas]
        if not with_areas or (place := await place_of(self._register, who)) is None:
            return ()
        return [*self._told(language, (one for one in with_areas if one.concerns(place)))]

    def _of_now(self) -> Iterator[Bulletin]:
        now = datetime.now(UTC)
        return (one for one in self._on.values() if one.is_on(now))

    def _told(self, language: str, bulletins: Iterator[Bulletin]) -> Iterator[ToldFirst]:
        """In another language rather than not at all: it is said because everybody must know it."""
        for one in bulletins:
            have = self._ready[one.id, one.version]
            wanted = (language, self._default, *self._languages)
            if (spoken := next((each for each in wanted if each in have), None)) is not None:
                yield ToldFirst(one.id, _name(one), spoken)

    async def _made(self, bulletin: Bulletin, language: str) -> bool:
        assert self._folder is not None  # noqa: S101 - by `once`
        if language not in bulletin.languages:
            return False
        path = self._folder / language / f"{_name(bulletin)}.wav"
        if path.is_file():
            return True
        try:
            sound = await self._voice.heard(bulletin, language)
            await asyncio.to_thread(_write, path, sound)
        except (OSError, CannotHave, RegisterError) as error:
            if (bulletin.id, bulletin.version, language) not in self._failed:
                self._failed.add((bulletin.id, bulletin.version, language))
                log.warning("bulletin_not_spoken", bulletin=bulletin.id, language=language, error=type(error).__name__)
            return False
        return True

    def _sweep(self, gone: Collection[int]) -> None:
        """Of a bulletin that is off; an older version stays until then, for somebody may be hearing it."""
        for id in gone:
            for file in self._folder.glob(f"*/{FOLDER}/{id}-*.wav") if self._folder is not None else ():
                with contextlib.suppress(OSError):
                    file.unlink()


def _name(bulletin: Bulletin) -> str:
    return f"{FOLDER}/{bulletin.id}-{bulletin.version}"


def _write(path: Path, sound: bytes) -> None:
    """Whole or not at all: Asterisk may open it at any moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_bytes(sound)
    half.replace(path)
