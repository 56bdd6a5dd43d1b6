"""Recogniser nodes: several in turn, dead, full, slow, half-open, hostile; and the bytes between."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_api.drill.relay import Relay
from kezek_speech import Dead, Full, NoModel
from kezek_speech.remote.client import ClientLimits
from kezek_speech.remote.server import EarsServer, NodeLimits
from kezek_speech.remote.several import SeveralEars, SeveralSettings
from kezek_speech.remote.wire import BadPeer, Frames, message, read_phrases, read_words, sound_frame
from kit.scripted_engine import SILENCE, VOICE, ears_fixture, engine_fixture, frames, until  # noqa: F401
from kit.speech import ScriptedEars
from kit.spoken import spoken

NOBODY = ScriptedEars(())
LIMITS = ClientLimits(connect_s=1.0, open_s=1.0, silent_s=1.6, look_s=0.05)


@asynccontextmanager
async def several(*ports: int, local: object = NOBODY, secret: str = "") -> AsyncIterator[SeveralEars]:
    settings = SeveralSettings(tuple(("127.0.0.1", port) for port in ports), secret, limits=LIMITS, moment_s=3.0)
    ears = SeveralEars(settings, local)  # type: ignore[arg-type]
    await ears.look()
    yield ears


async def finals(recogniser, sound: bytes) -> list[str]:
    for frame in frames(sound):
        recogniser.push(frame)
    recogniser.flush()
    return [each.text async for each in recogniser if each.final]


async def test_a_node_hears_for_another_machine_twice_if_it_is_asked(ears, engine):
    async with EarsServer(ears, "127.0.0.1", 0) as node, several(node.port) as there:
        assert there.languages == ("en",)
        async with there.open("en", spare=["two"]) as recogniser:
            assert await finals(recogniser, VOICE + SILENCE + VOICE) == ["word", "word"]
            words = await recogniser.again(["one", "один"])
            assert engine.made[-1].phrases == ["one"]
            assert [word.text for word in words] == ["word"]
            assert words[0].start > 1.5
        await until(lambda: not ears.load().streams)
        await until(lambda: not node.sessions)


async def test_partial_words_come_while_the_caller_speaks(ears):
    async with (
        EarsServer(ears, "127.0.0.1", 0) as node,
        several(node.port) as there,
        there.open("en", ["one"]) as recogniser,
    ):
        recogniser.push(VOICE)
        heard = await anext(aiter(recogniser))
        assert (heard.text, heard.final) == ("wo", False)


async def test_a_full_node_sends_to_the_next_and_two_full_ones_say_full():
    full, free = ScriptedEars(("ru",)), ScriptedEars(("ru",))
    full.full = True
    async with (
        EarsServer(full, "127.0.0.1", 0) as one,
        EarsServer(free, "127.0.0.1", 0) as two,
        several(one.port, two.port) as there,
    ):
        async with there.open("ru", kind="talk"):
            assert free.kinds == ["talk"]
        free.full = True
        with pytest.raises(Full):
            async with there.open("ru"):
                pytest.fail("admitted")
        assert there.refused == 1
        with pytest.raises(NoModel):
            async with there.open("kk"):
                pytest.fail("opened")


async def test_the_least_used_node_is_the_first_to_be_asked():
    first, second = ScriptedEars(("ru",)), ScriptedEars(("ru",))
    async with (
        EarsServer(first, "127.0.0.1", 0) as one,
        EarsServer(second, "127.0.0.1", 0) as two,
        several(one.port, two.port) as there,
        there.open("ru"),
        there.open("ru"),
        there.open("ru"),
    ):
        assert (first.streams, second.streams) == (2, 1)


async def test_a_dead_node_costs_a_moment_once_and_is_found_again(ears):
    """P11: a dead recogniser costs the caller nothing."""
    spare = ScriptedEars(("en",))
    async with (
        EarsServer(ears, "127.0.0.1", 0) as one,
        EarsServer(spare, "127.0.0.1", 0) as two,
        Relay(f"127.0.0.1:{one.port}") as relay,
        several(relay.port, two.port) as there,
    ):
        await relay.half_open()
        async with there.open("en"):
            assert spare.streams == 1
        assert [node.up for node in there.nodes] == [False, True]
        began = time.monotonic()
        async with there.open("en"):
            assert time.monotonic() - began < LIMITS.open_s  # the dead one was not asked again
        await relay.mend()
        await there.look()
        assert [node.up for node in there.nodes] == [True, True]


async def test_all_nodes_dead_is_this_machines_own_model_or_dead():
    own = ScriptedEars(("ru",))
    async with several(9, local=own) as there:
        assert there.languages == ("ru",)
        async with there.open("ru", ["a"], kind="talk"):
            assert own.opened == [("ru", ("a",))]
        with pytest.raises(Dead):
            async with there.open("kk"):
                pytest.fail("opened")


async def test_a_link_that_says_nothing_any_more_is_a_dead_recogniser(ears):
    """P11: what was understood until then was told, and is unsure."""
    async with (
        EarsServer(ears, "127.0.0.1", 0) as node,
        Relay(f"127.0.0.1:{node.port}") as relay,
        several(relay.port) as there,
        there.open("en") as recogniser,
    ):
        recogniser.push(VOICE)
        assert (await anext(aiter(recogniser))).text == "wo"
        await relay.half_open()
        with pytest.raises(Dead):
            async for _ in recogniser:
                pass
        for frame in frames(VOICE * 30):  # nobody takes it: it is dropped, and push neither waits nor raises
            recogniser.push(frame)
        with pytest.raises(Dead):
            await recogniser.again(["one"])


async def test_a_node_that_ends_takes_nobody_with_it(ears):
    async with contextlib.AsyncExitStack() as stack:
        node = EarsServer(ears, "127.0.0.1", 0)
        await stack.enter_async_context(node)
        there = await stack.enter_async_context(several(node.port))
        recogniser = await stack.enter_async_context(there.open("en"))
        recogniser.push(VOICE)
        await anext(aiter(recogniser))
        await node.__aexit__()
        with pytest.raises(Dead):
            async for _ in recogniser:
                pass
        await until(lambda: not ears.load().streams)
        stack.pop_all()


async def test_who_does_not_know_the_secret_is_not_heard_and_the_log_says_why(capsys):
    own = ScriptedEars(("ru",))
    async with EarsServer(own, "127.0.0.1", 0, secret="correct horse") as node:
        async with several(node.port, secret="wrong") as there:
            with pytest.raises(Dead):
                async with there.open("ru"):
                    pytest.fail("opened")
            assert "KEZEK_EARS_SECRET" in capsys.readouterr().out
        async with several(node.port, secret="correct horse") as there, there.open("ru") as recogniser:
            for frame in spoken("абая"):
                recogniser.push(frame)
            recogniser.flush()
            assert [each.text async for each in recogniser if each.final] == ["абая"]
    assert own.streams == 0


async def test_a_stranger_is_not_admitted(ears):
    async with EarsServer(ears, "127.0.0.1", 0, admits=lambda _: False) as node, several(node.port) as there:
        assert there.languages == ()


async def test_who_says_nothing_or_too_much_is_left(ears):
    limits = NodeLimits(open_s=0.1, idle_s=0.1, message=1000, connections=2)
    async with EarsServer(ears, "127.0.0.1", 0, limits=limits) as node:

        async def says(*data: bytes) -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", node.port)
            for each in data:
                writer.write(each)
            async with asyncio.timeout(5):
                with contextlib.suppress(OSError):
                    await reader.read()  # until the node ends it
            writer.close()

        await says()
        await says(b"GET / HTTP/1.1\r\n\r\n")
        await says(sound_frame(VOICE[:320]))
        await says(message({"open": "en", "phrases": ["a" * 150] * 20}))
        await says(message({"open": "en", "phrases": "a"}))
        await says(message({"open": "en", "phrases": None}))  # and then nothing, for longer than idle_s
        await says(message({"open": "en"}), *(message({"again": 1, "phrases": ["x"]}) for _ in range(50)))
        await until(lambda: not ears.load().streams)
        await until(lambda: not node.sessions)


@given(st.lists(st.binary(max_size=700), max_size=8))
def test_garbage_is_refused_and_nothing_else_happens(pieces):
    parser = Frames(2_000)
    with contextlib.suppress(BadPeer):
        for piece in pieces:
            for each in parser.feed(piece):
                assert isinstance(each, (bytes, dict))


@given(st.binary(max_size=400), st.integers(1, 50), st.text(max_size=300))
def test_what_is_said_is_heard_however_it_is_cut(sound, step, text):
    data = sound_frame(sound) + message({"text": text * 300}) + sound_frame(sound)
    parser, found = Frames(1 << 20), []
    for at in range(0, len(data), step * 997):
        found += parser.feed(data[at : at + step * 997])
    parts = [sound] if sound else []
    assert found == [*parts, {"text": text * 300}, *parts]


@pytest.mark.parametrize("told", [None, "a", [["a", 1]], [["a", 1, 2, float("nan")]], [[1, 1, 1, 1]], [["a"] * 4]])
def test_words_of_a_node_gone_mad_are_refused(told):
    with pytest.raises(BadPeer):
        read_words(told)


def test_phrases_that_are_none_are_refused():
    assert read_phrases(None) is None
    for told in ("a", [1], ["a" * 201], {"a": 1}):
        with pytest.raises(BadPeer):
            read_phrases(told)
