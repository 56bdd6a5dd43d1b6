"""Words that no prompt has, an address above all, made into sound when they are wanted: `<prompts>/<language>/said/`.

Only where the prompts lie in a folder of this machine that can be written to, and espeak-ng is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from pathlib import Path

import structlog

from kezek_api.provision.programs import program
from kezek_api.provision.prompts import VOICES, speak
from kezek_api.provision.step import CannotHave

log = structlog.get_logger(__name__)

FOLDER = "said"
LONGEST = 600  # characters: under a minute


class Speaker:
    """`prompts`: as Asterisk sees them. What is said is of a person: whoever asked for it says `forget` after use."""

    def __init__(self, home: Path, prompts: str) -> None:
        self._folder = Path(prompts) if Path(prompts).is_absolute() else None
        try:
            self._espeak: Path | None = program(home, "espeak-ng")
        except CannotHave:
            self._espeak = None

    async def say(self, text: str, language: str) -> str | None:
        """The prompt's name; None where it cannot be made."""
        if self._folder is None or self._espeak is None or language not in VOICES or not self._folder.is_dir():
            return None
        name = f"{FOLDER}/{secrets.token_hex(8)}"
        try:
            await asyncio.to_thread(self._make, text[:LONGEST], language, self._file(name, language))
        except (OSError, CannotHave) as error:
            log.warning("not_spoken", language=language, error=type(error).__name__)
            return None
        return name

    async def forget(self, name: str, language: str) -> None:
        if self._folder is not None and name.startswith(f"{FOLDER}/"):
            with contextlib.suppress(OSError):
                await asyncio.to_thread(self._file(name, language).unlink, missing_ok=True)

    def sweep(self) -> None:
        """What a process that died has left."""
        for file in self._folder.glob(f"*/{FOLDER}/*.wav") if self._folder is not None else ():
            with contextlib.suppress(OSError):
                file.unlink()

    def _file(self, name: str, language: str) -> Path:
        assert self._folder is not None  # noqa: S101 - by its callers
        return self._folder / language / f"{name}.wav"

    def _make(self, text: str, language: str, path: Path) -> None:
        assert self._espeak is not None  # noqa: S101 - by its caller
        path.parent.mkdir(parents=True, exist_ok=True)
        speak(self._espeak, text, VOICES[language], path)
