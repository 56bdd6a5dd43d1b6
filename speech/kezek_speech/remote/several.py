"""Ears that are recogniser nodes on other machines, tried in turn, and this machine's own when none of them will do.
Meets Ears.

Whoever asks waits for each node a bounded moment only. A node that did not answer is left alone until a look at it,
every few seconds, finds it well; so a dead one costs one caller that moment, and the next ones nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import NoReturn

import structlog

from ..types import Dead, Ears, Full, NoModel, Purpose, Recogniser, SpeechError
from .client import ClientLimits, RemoteRecogniser, connect

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SeveralSettings:
    nodes: tuple[tuple[str, int], ...]  # host and port, in the order of preference
    secret: str = field(default="", repr=False)
    look_s: float = 2.0
    moment_s: float = 1.6  # for all nodes together: a caller's question waits no longer for an answer
    limits: ClientLimits = field(default_factory=ClientLimits)


@dataclass(slots=True)
class Node:
    """As it was when somebody last spoke with it."""

    host: str
    port: int
    up: bool = False
    languages: tuple[str, ...] = ()
    streams: int = 0  # of ours

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}"


class SeveralEars:
    """`run` looks after the nodes, for ever; without it none is known to be up. `local` may have no model at all."""

    def __init__(self, settings: SeveralSettings, local: Ears) -> None:
        self._settings = settings
        self._local = local
        self.nodes = [Node(host, port) for host, port in settings.nodes]
        self.refused = 0
        self.dropped_seconds = 0.0

    @property
    def languages(self) -> tuple[str, ...]:
        spoken = [language for node in self.nodes if node.up for language in node.languages]
        return tuple(dict.fromkeys([*spoken, *self._local.languages]))

    async def run(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(self._settings.look_s)

    async def look(self) -> None:
        """Once at each node."""
        async with asyncio.TaskGroup() as group:
            for node in self.nodes:
                group.create_task(self._look(node))

    def open(
        self,
        language: str,
        phrases: Sequence[str] | None = None,
        *,
        spare: Sequence[str] | None = None,
        kind: Purpose = "call",
    ) -> AbstractAsyncContextManager[Recogniser]:
        return self._open(language, phrases, spare, kind)

    @asynccontextmanager
    async def _open(
        self, language: str, phrases: Sequence[str] | None, spare: Sequence[str] | None, kind: Purpose
    ) -> AsyncIterator[Recogniser]:
        found = await self._remote(language, phrases, spare, kind)
        if isinstance(found, SpeechError):
            if language not in self._local.languages:
                self._none(found, language)
            async with self._local.open(language, phrases, spare=spare, kind=kind) as recogniser:
                yield recogniser
            return
        node, remote = found
        node.streams += 1
        try:
            yield remote
        finally:
            node.streams -= 1
            self.dropped_seconds += remote.dropped_seconds
            remote.close()

    def _none(self, why: SpeechError, language: str) -> NoReturn:
        if isinstance(why, Full):
            self.refused += 1
        if isinstance(why, NoModel):
            raise NoModel(f"no recogniser node has a model for {language!r}, nor this machine")
        raise why

    async def _remote(
        self, language: str, phrases: Sequence[str] | None, spare: Sequence[str] | None, kind: Purpose
    ) -> tuple[Node, RemoteRecogniser] | SpeechError:
        """The first node that has room, the least used first; else why there is none, the most hopeful reason."""
        why: SpeechError = NoModel("none") if any(node.up for node in self.nodes) else Dead("no recogniser node is up")
        able = [node for node in self.nodes if node.up and language in node.languages]
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.moment_s):
                for node in sorted(able, key=lambda node: node.streams):
                    try:
                        return node, await self._at(node, language, phrases, spare, kind)
                    except Full as full:
                        why = full
                    except NoModel:
                        node.languages = tuple(each for each in node.languages if each != language)
                    except (OSError, TimeoutError, Dead) as error:
                        self._lost(node, error)
                        why = why if isinstance(why, Full) else Dead("no recogniser node answers")
        return why

    async def _at(
        self, node: Node, language: str, phrases: Sequence[str] | None, spare: Sequence[str] | None, kind: Purpose
    ) -> RemoteRecogniser:
        """Raises OSError, TimeoutError and SpeechErrors."""
        recogniser = await connect(node.host, node.port, self._settings.limits)
        try:
            await recogniser.opened(language, phrases, spare, kind, self._settings.secret)
        except BaseException:
            recogniser.close()
            raise
        return recogniser

    async def _look(self, node: Node) -> None:
        try:
            recogniser = await connect(node.host, node.port, self._settings.limits)
            try:
                async with asyncio.timeout(self._settings.limits.open_s):
                    hello = await recogniser.hello
            finally:
                recogniser.close()
        except (OSError, TimeoutError, Dead) as error:
            self._lost(node, error)
            return
        told = hello.get("languages")
        spoken = [each for each in told if isinstance(each, str)] if isinstance(told, list) else []
        if not node.up:
            log.info("recogniser node up", node=node.name, languages=spoken)
        node.up, node.languages = True, tuple(spoken)

    def _lost(self, node: Node, error: Exception) -> None:
        if node.up:
            log.warning("recogniser node away", node=node.name, why=type(error).__name__, problem=str(error))
        node.up = False
