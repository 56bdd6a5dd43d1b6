"""The ears of the house: models that load while calls are already served, and a phrasebook for each language."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from kezek_api.directory import SqlDirectory
from kezek_api.health import Health
from kezek_api.settings import Settings
from kezek_speech import NoModel, Phrasebook, SpeechSettings, Vocabulary, VoskEars, available, build_phrasebook

log = structlog.get_logger(__name__)


class Hearing:
    """`ears` hears nothing until `run` has loaded its models; `phrasebooks` fills in place."""

    def __init__(self, settings: Settings, directory: SqlDirectory, health: Health) -> None:
        self._settings = settings
        self._directory = directory
        self._health = health
        self._books: dict[str, Phrasebook] = {}
        self.ears = VoskEars(
            SpeechSettings(
                models={
                    model.language: model.folder for model in available(settings.models_folder, settings.languages)
                },
                work=settings.home / "speech",
                streams=settings.speech_streams,
            )
        )

    @property
    def phrasebooks(self) -> Mapping[str, Phrasebook]:
        return self._books

    def renew(self) -> None:
        """The phrasebooks anew, from the directory's names as they are now."""
        for language in self._settings.languages:
            words = Vocabulary(self._directory.streets(language), self._directory.topics(language))
            try:
                self._books[language] = build_phrasebook(language, words)
            except NoModel as none:
                log.warning("no_phrasebook", language=language, code=none.code)

    async def run(self) -> None:
        if not self._settings.speech_streams:
            self._health.mark("speech", True, "none wanted")
            return
        self._health.mark("speech", False, "loading")
        async with self.ears as ears:
            languages = ears.languages
            self._health.mark("speech", bool(languages), ", ".join(languages) or "no model")
            await asyncio.Event().wait()
