"""The ears of the house: models that load while calls are already served, recogniser nodes on other machines, and a
phrasebook for each language."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import structlog

from kezek_api.addresses import split_address
from kezek_api.directory import SqlDirectory
from kezek_api.health import Health
from kezek_api.settings import Settings
from kezek_speech import (
    Ears,
    NoModel,
    Phrasebook,
    SpeechSettings,
    Vocabulary,
    VoskEars,
    available,
    build_phrasebook,
    streams_here,
)
from kezek_speech.remote.several import Node, SeveralEars, SeveralSettings
from kezek_speech.types import QUESTIONS

log = structlog.get_logger(__name__)

LOOK_S = 2.0
SHOWN = 20  # unknown street words in the log; `kezek models check` tells all


def own_ears(settings: Settings, streams: int = 0) -> VoskEars:
    """The recognisers of this machine: `streams` at one time, else as the settings say."""
    return VoskEars(
        SpeechSettings(
            models={model.language: model.folder for model in available(settings.models_folder, settings.languages)},
            work=settings.home / "speech",
            streams=streams or (streams_here() if settings.speech_streams is None else settings.speech_streams),
        )
    )


def street_words(names: Iterable[str]) -> frozenset[str]:
    """The words of this town's streets, as grammars have them."""
    return frozenset(word for name in names for word in name.split() if word.isalpha())


def _with_grammars(language: str, words: Vocabulary) -> Phrasebook:
    """Raises NoModel."""
    book = build_phrasebook(language, words)
    for question in QUESTIONS:
        book.phrases(question)  # kept: no call waits for it
    return book


class Hearing:
    """`ears` hears nothing until `run` has loaded its models; `phrasebooks` fills in place."""

    def __init__(self, settings: Settings, directory: SqlDirectory, health: Health) -> None:
        self._settings = settings
        self._directory = directory
        self._health = health
        self._books: dict[str, Phrasebook] = {}
        self._unknown: dict[str, int] = {}  # street words of each language that its model does not know
        self._renewed = asyncio.Event()
        self.own = own_ears(settings)
        self._several: SeveralEars | None = None
        if settings.ears:
            nodes = tuple(split_address(address) for address in settings.ears)
            self._several = SeveralEars(SeveralSettings(nodes, settings.ears_password()), self.own)

    @property
    def ears(self) -> Ears:
        return self._several or self.own

    @property
    def nodes(self) -> Sequence[Node]:
        return self._several.nodes if self._several else ()

    @property
    def phrasebooks(self) -> Mapping[str, Phrasebook]:
        return self._books

    async def renew(self) -> None:
        """The phrasebooks anew, from the directory's names as they are now; in a thread, for a city's streets take a
        while."""
        for language in self._settings.languages:
            words = Vocabulary(self._directory.streets(language), self._directory.topics(language))
            try:
                self._books[language] = await asyncio.to_thread(_with_grammars, language, words)
            except NoModel as none:
                log.warning("no_phrasebook", language=language, code=none.code)
        self._renewed.set()

    async def run(self) -> None:
        if self._settings.speech_streams == 0 and not self.nodes:
            self._health.mark("speech", True, "none wanted")
            return
        self._health.mark("speech", False, "loading")
        async with asyncio.TaskGroup() as group:
            if self._several:
                group.create_task(self._several.run())
            if self._settings.speech_streams != 0:
                group.create_task(self._own_loaded())
            group.create_task(self._tell())

    async def _own_loaded(self) -> None:
        async with self.own:
            self._mark()
            while True:
                await self._renewed.wait()
                self._renewed.clear()
                for language in self.own.languages:
                    await self._learn(language)
                self._mark()

    async def _learn(self, language: str) -> None:
        """What the model lacks of this town's streets is told, and heard by what it knows."""
        names = street_words(self._directory.streets(language))
        book = self._books.get(language)
        forms = street_words(book.phrases("street")) if book is not None else frozenset[str]()
        found = [each for each in await self.own.learn(language, names | forms) if each.word in names]
        self._unknown[language] = len(found)
        if found:
            log.warning(
                "street_words_unknown",
                language=language,
                words=len(found),
                heard_as={each.word: " ".join(each.instead) for each in found[:SHOWN]},
            )

    async def _tell(self) -> None:
        """As often as a node may have come or gone."""
        while self.nodes:
            await asyncio.sleep(LOOK_S)
            self._mark()

    def _mark(self) -> None:
        languages = self.ears.languages
        parts = [", ".join(languages) or "no model"]
        if self.nodes:
            parts.append(f"{sum(node.up for node in self.nodes)} of {len(self.nodes)} recogniser nodes")
        if lacking := [f"{language} {count}" for language, count in self._unknown.items() if count]:
            parts.append(f"street words unknown to the model: {', '.join(lacking)} (kezek models check)")
        well = bool(languages) and all(node.up for node in self.nodes)
        self._health.mark("speech", well, "; ".join(parts))
