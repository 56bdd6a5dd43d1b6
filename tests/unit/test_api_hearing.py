"""A node tells which words of its town's streets its model does not know, and hears them by near ones."""

from __future__ import annotations

import asyncio
from pathlib import Path

from kezek_api.directory import SqlDirectory
from kezek_api.health import Health
from kezek_api.hearing import Hearing
from kezek_api.settings import Settings
from kezek_speech import VoskEars
from kit.scripted_engine import FakeEngine, settings, until


class Streets(SqlDirectory):
    """Of a town without a register."""

    def __init__(self) -> None:
        super().__init__(None)  # type: ignore[arg-type] - nobody asks it

    def streets(self, language: str) -> dict[str, str]:
        return {"ward road": "1", "park road": "2", "qqq": "3"}

    def topics(self, language: str) -> dict[str, str]:
        return {}


async def test_street_words_unknown_to_the_model_are_told_and_heard_by_near_ones(tmp_path: Path) -> None:
    engine, health = FakeEngine(), Health()
    engine.unknown = {"ward", "qqq"}
    hearing = Hearing(Settings.load(tmp_path, languages=("en",)), Streets(), health)
    pool = settings(tmp_path)
    (tmp_path / "model" / "graph").mkdir()
    (tmp_path / "model" / "graph" / "words.txt").write_text("word 1\nroad 2\npark 3\n")
    hearing.own = VoskEars(pool, load=lambda _: engine)
    await hearing.renew()
    running = asyncio.ensure_future(hearing.run())
    await until(lambda: "unknown" in health.parts["speech"].detail)
    assert health.parts["speech"].detail == "en; street words unknown to the model: en 2 (kezek models check)"
    assert health.parts["speech"].ok
    async with hearing.ears.open("en", hearing.phrasebooks["en"].phrases("street")):
        assert "word" in engine.made[-1].phrases
    engine.unknown = set()
    await hearing.renew()
    await until(lambda: health.parts["speech"].detail == "en")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
