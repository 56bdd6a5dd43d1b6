"""The second pass: the last finished utterance decoded anew by a grammar, beside the stream."""

from __future__ import annotations

import asyncio

import pytest

from kezek_speech import Dead, Full, Heard
from kezek_speech.second_pass import Keeping
from kit.scripted_engine import SILENCE, VOICE, ears_fixture, engine_fixture, frames, until  # noqa: F401 - fixtures


async def listened(recogniser, sound: bytes) -> list[Heard]:
    for frame in frames(sound):
        recogniser.push(frame)
    recogniser.flush()
    return [each async for each in recogniser]


async def test_the_last_finished_utterance_is_heard_again_by_a_grammar_at_its_own_time(ears, engine):
    async with ears.open("en") as recogniser:
        heard = await listened(recogniser, VOICE + SILENCE + VOICE + SILENCE)
        first_pass = heard[-1].words[0]
        words = await recogniser.again(["one", "two"])
        assert engine.made[-1].phrases == ["one", "two"]
        assert [word.text for word in words] == ["word"]
        assert words[0].start == pytest.approx(first_pass.start, abs=0.01)
        assert first_pass.start > 1.5
        assert ears.load().streams == 1


async def test_nothing_finished_and_nothing_known_is_no_second_pass(ears, engine):
    async with ears.open("en") as recogniser:
        assert await recogniser.again(["one"]) == ()
        await listened(recogniser, VOICE)
        made = len(engine.made)
        assert await recogniser.again(["один"]) == ()
        assert len(engine.made) == made


async def test_the_stream_goes_on_while_its_second_pass_is_stuck(ears, engine):
    """P11: a second pass never delays what is being said."""
    async with ears.open("en") as recogniser:
        for frame in frames(VOICE + SILENCE):
            recogniser.push(frame)
        async for heard in recogniser:
            if heard.final:
                break
        engine.grammar_gate.clear()
        second = asyncio.ensure_future(recogniser.again(["one"]))
        await until(lambda: engine.made[-1].phrases == ["one"])
        heard = await listened(recogniser, VOICE + SILENCE)
        assert [each.text for each in heard if each.final] == ["word"]
        assert not second.done()
        engine.grammar_gate.set()
        assert [word.text for word in await second] == ["word"]


async def test_a_second_pass_is_refused_where_there_is_no_room(ears):
    async with ears.open("en") as recogniser, ears.open("en"), ears.open("en"):
        await listened(recogniser, VOICE)
        with pytest.raises(Full):
            await recogniser.again(["one"])


async def test_a_dying_second_pass_leaves_the_stream_alive(ears, engine):
    """P11."""
    async with ears.open("en") as recogniser:
        for frame in frames(VOICE + SILENCE):
            recogniser.push(frame)
        async for heard in recogniser:
            if heard.final:
                break
        engine.dies = True
        with pytest.raises(Dead):
            await recogniser.again(["one"])
        engine.dies = False
        heard = await listened(recogniser, VOICE)
        assert [each.text for each in heard if each.final] == ["word"]


async def test_a_second_pass_nobody_waits_for_gives_its_place_and_its_decoder_back(ears, engine):
    async with ears.open("en") as recogniser:
        await listened(recogniser, VOICE)
        engine.grammar_gate.clear()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await recogniser.again(["one"])
        assert ears.load().streams == 1
        engine.grammar_gate.set()
        await until(lambda: ears._decoders.idle.get(("en", ("one",))))
        assert engine.made[-1].fed <= 3200  # no further than the piece it had in its hands


def test_no_more_than_the_last_seconds_of_an_utterance_are_kept():
    keeping = Keeping(2.0)
    for second in range(60):
        keeping.add(bytes([second]) * 16000, float(second))
    utterance = keeping.end()
    assert utterance.start == 58.0
    assert utterance.sound == bytes([58]) * 16000 + bytes([59]) * 16000
    assert keeping.end().sound == b""
