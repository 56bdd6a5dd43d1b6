"""Nothing that is spoken goes into a log: not heard, not partial, not heard again, not dying, not over the network."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from typing import Any

import pytest
import structlog

from kezek_ivr.prefill import with_mentions
from kezek_speech import Dead, Mention, Vocabulary, VoskEars, Word, build_phrasebook
from kezek_speech.remote.server import EarsServer
from kezek_speech.remote.several import SeveralEars, SeveralSettings
from kit.scripted_engine import SILENCE, VOICE, FakeDecoder, FakeEngine, frames, settings
from kit.speech import ScriptedEars

MARK = "zyxomarka"


class Telling(FakeDecoder):
    """Hears the marked word, and dies of it."""

    def final(self) -> tuple[Word, ...]:
        return tuple(Word(MARK, 0.9, word.start, word.end) for word in super().final())

    def partial(self) -> tuple[Word, ...]:
        return tuple(Word(MARK, 0.5, word.start, word.end) for word in super().partial())

    def accept(self, sound: bytes) -> bool:
        if self.engine.dies:
            raise RuntimeError(f"died of {MARK}")
        return super().accept(sound)


class TellingEngine(FakeEngine):
    def decoder(self, phrases: Any) -> FakeDecoder:
        self.made.append(Telling(self, phrases))
        return self.made[-1]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture):
    """Everything logged, at every level, as it would be written."""
    kept: list[str] = []

    def keep(_: object, level: str, event: MutableMapping[str, Any]) -> str:
        kept.append(json.dumps({"level": level, **event}, default=repr, ensure_ascii=False))
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.format_exc_info, keep],
        wrapper_class=structlog.make_filtering_bound_logger(0),
        cache_logger_on_first_use=False,
    )
    caplog.set_level(0)
    yield kept
    kept += [record.getMessage() for record in caplog.records]
    structlog.configure(**before)


async def all_of(ears: Any, engine: FakeEngine) -> list[Mention]:
    """A call's hearing: freely, again, by a grammar that the model does not know, turned, dead."""
    book = build_phrasebook("en", Vocabulary({MARK: "7"}, {}))
    found: list[Mention] = []
    async with ears.open("en", spare=[MARK]) as recogniser:
        for frame in frames(VOICE + SILENCE):
            recogniser.push(frame)
        async for heard in recogniser:
            found += book.mentions(heard.words)
            if heard.final:
                break
        await recogniser.again([MARK, "another"])
        engine.dies = True
        recogniser.push(VOICE)
        with pytest.raises(Dead):
            await recogniser.again([MARK, "unheard"])
        recogniser.flush()
        with pytest.raises(Dead):  # noqa: PT012 - what came before the end counts
            async for heard in recogniser:
                found += book.mentions(heard.words)
    engine.dies = False
    return found


async def test_a_word_that_was_spoken_is_in_no_log(tmp_path, lines, capfd):
    engine = TellingEngine()
    async with VoskEars(settings(tmp_path), load=lambda _: engine) as ears:
        found = await all_of(ears, engine)
        async with EarsServer(ears, "127.0.0.1", 0) as node:
            there = SeveralEars(SeveralSettings((("127.0.0.1", node.port),)), ScriptedEars(()))
            await there.look()
            found += await all_of(there, engine)
    fields = with_mentions({}, found, street_name=str)
    assert fields["street"]["ref"] == "7"  # it was heard indeed
    printed = capfd.readouterr()
    assert lines, "nothing was logged: the test proves nothing"
    assert not [line for line in lines if MARK in line]
    assert MARK not in printed.out + printed.err
