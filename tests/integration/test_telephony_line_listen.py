"""Listening to a caller: when no sound can be had the iterator just ends, and the caller notices nothing (P10)."""

import asyncio

import pytest

from kezek_telephony.sound import SoundLimits
from kezek_telephony.types import LinkDown, Refused
from kit.agi_peer import Conductor, running_node

LIMIT = 10.0
QUICK = SoundLimits(expected_s=0.2, look_s=0.1)


async def _frames(line) -> list[bytes]:
    async with asyncio.timeout(LIMIT), line.listen() as frames:
        return [frame async for frame in frames]


@pytest.mark.parametrize("failure", [LinkDown, Refused, TimeoutError, ConnectionError])
async def test_a_spy_leg_that_cannot_be_had_gives_no_sound(failure):
    async def spy(channel, sound_id):
        raise failure

    calls = Conductor()
    async with running_node(calls, spy=spy) as node, node.channel() as peer:
        line = await calls.line()
        assert await _frames(line) == []
        await line.music()
        assert peer.commands[-1].startswith("EXEC")


async def test_a_spy_leg_that_never_comes_gives_no_sound():
    asked = []

    async def spy(channel, sound_id):
        asked.append((channel, sound_id))

    calls = Conductor()
    async with running_node(calls, spy=spy, sound_limits=QUICK) as node, node.channel():
        line = await calls.line()
        assert await _frames(line) == []
        assert await _frames(line) == []
        assert [channel for channel, _ in asked] == [line.arrival.channel] * 2
        assert len({sound_id for _, sound_id in asked}) == 2


async def test_without_a_spy_there_is_no_sound():
    calls = Conductor()
    async with running_node(calls) as node, node.channel():
        assert await _frames(await calls.line()) == []


async def test_a_listener_who_does_not_read_delays_no_verb():
    """P10: a dead recogniser delays no call."""
    ports, writers = [], []

    async def spy(channel, sound_id):
        _, writer = await asyncio.open_connection("127.0.0.1", ports[0])
        writer.write(b"\x01\x00\x10" + sound_id.bytes + (b"\x10\x01\x40" + bytes(320)) * 2000)
        writers.append(writer)

    calls = Conductor(lambda line: asyncio.Event().wait())
    async with running_node(calls, spy=spy) as node, node.channel():
        ports.append(node.sound.port)
        line = await calls.line()
        async with asyncio.timeout(LIMIT), line.listen() as frames:
            await writers[0].drain()
            line.pressed("1")
            assert not await line.play("greeting", language="kk", stop_on_digit=False)
            assert await line.digit(1) == "1"
            assert len(await anext(frames)) == 320
        writers[0].close()


async def test_an_error_inside_listening_comes_out_as_it_is():
    async def spy(channel, sound_id):
        raise LinkDown

    calls = Conductor()
    async with running_node(calls, spy=spy) as node, node.channel():
        line = await calls.line()
        with pytest.raises(KeyError):
            async with line.listen():
                raise KeyError
