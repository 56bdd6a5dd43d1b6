"""Scripted ears and a small phrasebook: what a scripted caller says is heard word for word, or badly, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from kezek_speech.types import Dead, Full, Heard, Mention, NoModel, Purpose, Word
from kit.spoken import said


def words(text: str, confidence: float = 0.9) -> tuple[Word, ...]:
    """Words as a recogniser gives them; one that ends in '?' was heard badly."""
    return tuple(
        Word(each.removesuffix("?"), 0.4 if each.endswith("?") else confidence, at * 0.4, at * 0.4 + 0.4)
        for at, each in enumerate(text.split())
    )


class TownEars:
    """Meets `kezek_speech.types.Ears`.

    full          every opening is refused
    dies          '' | 'opening' | 'at_once' | 'mid_word': where the engine fails
    never_final   only partial words come
    opened        (language, whether with a grammar) of each opening
    kinds         'call' or 'talk' of each opening
    second        what a second pass makes of an utterance; else it hears the same once more
    open_now      recognisers not given back
    """

    def __init__(self, *languages: str) -> None:
        self._languages = languages
        self.full = False
        self.dies = ""
        self.never_final = False
        self.opened: list[tuple[str, bool]] = []
        self.kinds: list[Purpose] = []
        self.second: dict[str, str] = {}
        self.asked_again: list[tuple[str, ...]] = []
        self.open_now = 0

    @property
    def languages(self) -> tuple[str, ...]:
        return self._languages

    @asynccontextmanager
    async def open(
        self,
        language: str,
        phrases: Sequence[str] | None = None,
        *,
        spare: Sequence[str] | None = None,
        kind: Purpose = "call",
    ) -> AsyncIterator[TownRecogniser]:
        if language not in self._languages:
            raise NoModel(language)
        if self.full:
            raise Full
        if self.dies == "opening":
            raise RuntimeError("an engine of any kind fails in any way")
        self.opened.append((language, phrases is not None))
        self.kinds.append(kind)
        self.open_now += 1
        try:
            yield TownRecogniser(self, self.dies, never_final=self.never_final)
        finally:
            self.open_now -= 1


class TownRecogniser:
    def __init__(self, ears: TownEars, dies: str, *, never_final: bool) -> None:
        self._ears = ears
        self._last = ""
        self._dies, self._never_final = dies, never_final
        self._heard: asyncio.Queue[Heard | None] = asyncio.Queue()
        if dies == "at_once":
            self._heard.put_nowait(None)

    def push(self, sound: bytes) -> None:
        for text in said(sound):
            heard = words(text)
            if self._dies == "mid_word":
                self._heard.put_nowait(Heard(heard[:-1], final=False))
                self._heard.put_nowait(None)
                return
            for upto in range(1, len(heard) + 1):
                self._heard.put_nowait(Heard(heard[:upto], final=False))
            if not self._never_final:
                self._last = text
                self._heard.put_nowait(Heard(heard, final=True))

    def flush(self) -> None:
        self._heard.put_nowait(None)

    async def again(self, phrases: Sequence[str]) -> tuple[Word, ...]:
        self._ears.asked_again.append(tuple(phrases))
        await asyncio.sleep(0)
        if self._ears.full:
            raise Full
        return words(self._ears.second.get(self._last, self._last))

    async def __aiter__(self) -> AsyncIterator[Heard]:
        while (heard := await self._heard.get()) is not None:
            yield heard
        if self._dies == "mid_word":
            raise Dead


class TownPhrasebook:
    """Meets `kezek_speech.types.Phrasebook`: a street by its name, 'house 45', 'flat 12', a topic's word, 'fire'."""

    def __init__(self, language: str, streets: Mapping[str, str], topics: Mapping[str, str]) -> None:
        self._language, self._streets, self._topics = language, streets, topics

    @property
    def language(self) -> str:
        return self._language

    def mentions(self, words: Sequence[Word]) -> list[Mention]:
        found: list[Mention] = []
        cue = ""
        for word in words:
            text = word.text.lower()
            if text in self._streets:
                found.append(Mention("street", self._streets[text], word.confidence, text))
            elif text in self._topics:
                found.append(Mention("topic", self._topics[text], word.confidence, text))
            elif text == "fire":
                found.append(Mention("emergency", "fire", word.confidence, text))
            elif text[0].isdigit() and cue == "house":
                found.append(Mention("house", text, word.confidence, f"house {text}"))
            elif text[0].isdigit() and cue == "flat":
                found.append(Mention("flat", text, word.confidence, f"flat {text}"))
            cue = text
        return sorted(found, key=lambda mention: -mention.confidence)

    def answer(self, question: Literal["street", "house", "topic"], words: Sequence[Word]) -> list[Mention]:
        if question == "house":
            return [Mention("house", word.text, word.confidence, word.text) for word in words if word.text[0].isdigit()]
        if question == "address":
            return self.mentions(words)
        return [mention for mention in self.mentions(words) if mention.kind == question]

    def phrases(self, question: Literal["street", "house", "topic"]) -> list[str]:
        return ["[unk]"]
