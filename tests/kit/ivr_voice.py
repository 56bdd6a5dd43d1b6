"""A voice for stories: what it has said, and what of it is still lying about."""

from __future__ import annotations

import asyncio


class TownVoice:
    """Meets `kezek_ivr.ports.Voice`.

    slow    seconds that every sound takes
    dumb    nothing can be said
    dead    every attempt is an error
    said    (text, language) of each sound, in order
    kept    names of sounds not forgotten
    """

    def __init__(self) -> None:
        self.slow = 0.0
        self.dumb = self.dead = False
        self.said: list[tuple[str, str]] = []
        self.kept: set[str] = set()

    async def say(self, text: str, language: str) -> str | None:
        await asyncio.sleep(self.slow)
        if self.dead:
            raise OSError("no space left on the device")
        if self.dumb:
            return None
        self.said.append((text, language))
        name = f"said/{len(self.said)}"
        self.kept.add(name)
        return name

    async def forget(self, name: str, language: str) -> None:
        await asyncio.sleep(0)
        self.kept.remove(name)
