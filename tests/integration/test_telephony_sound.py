"""The AudioSocket server over real sockets, with Asterisk's end played by the test."""

import asyncio
import contextlib
import socket
import struct
from uuid import uuid4

import pytest

from kezek_telephony.settings import TelephonySettings
from kezek_telephony.sound import FRAME, SILENCE, SoundLimits, SoundServer
from kit.asterisk import until

LIMIT = 10.0
SETTINGS = TelephonySettings(sound_port=0)
QUICK = SoundLimits(identity_s=0.3, expected_s=0.3, torn_s=0.3, idle_s=0.6, look_s=0.1)


def frame(kind: int, payload: bytes = b"") -> bytes:
    return bytes([kind]) + struct.pack(">H", len(payload)) + payload


def sound(number: int) -> bytes:
    return frame(0x10, number.to_bytes(2, "little") * (FRAME // 2))


def numbers(frames) -> list[int]:
    return [int.from_bytes(each[:2], "little") for each in frames]


@contextlib.asynccontextmanager
async def connected(server: SoundServer, *opening: bytes):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.writelines(opening)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def ended(reader) -> bytes:
    """What still comes until the server closes."""
    async with asyncio.timeout(LIMIT):
        try:
            return await reader.read()
        except ConnectionError:
            return b""


async def test_the_sound_comes_whole_and_in_order_and_silence_goes_back():
    async with SoundServer(SETTINGS) as server:
        sound_id = uuid4()
        async with server.expect(sound_id) as frames:
            stream = frame(1, sound_id.bytes) + b"".join(sound(number) for number in range(100)) + frame(3, b"5")
            async with connected(server) as (reader, writer):
                for start in range(0, len(stream), 77):  # torn anywhere
                    writer.write(stream[start : start + 77])
                    await asyncio.sleep(0)
                got = [await anext(frames) for _ in range(100)]
                assert numbers(got) == list(range(100))
                assert {len(each) for each in got} == {FRAME}
                assert await reader.readexactly(len(SILENCE)) == SILENCE == frame(0x10, bytes(FRAME))
                writer.write(frame(0))  # hang-up
                await ended(reader)
                with pytest.raises(StopAsyncIteration):
                    await anext(frames)
                assert (frames.dropped, frames.digits) == (0, "5")


async def test_frames_of_another_size_are_cut_to_ours_and_other_rates_are_passed_over():
    async with SoundServer(SETTINGS) as server:
        sound_id = uuid4()
        async with server.expect(sound_id) as frames, connected(server, frame(1, sound_id.bytes)) as (_, writer):
            writer.write(frame(0x10, b"\1\0" * 400) + frame(0x12, bytes(640)) + frame(0x10, b"\1\0" * 80))
            assert numbers([await anext(frames) for _ in range(3)]) == [1, 1, 1]


async def test_a_listener_who_is_late_loses_the_oldest_and_the_socket_is_drained():
    """P10: nobody reads for a minute of sound; the connection does not stall, and the newest 10 s are there."""
    async with SoundServer(SETTINGS) as server:
        sound_id = uuid4()
        async with server.expect(sound_id) as frames, connected(server, frame(1, sound_id.bytes)) as (reader, writer):
            reading = asyncio.ensure_future(ended(reader))
            for number in range(3000):
                writer.write(sound(number))
            await asyncio.wait_for(writer.drain(), LIMIT)
            await until(lambda: frames.dropped == 2500)
            assert numbers([await anext(frames) for _ in range(500)]) == list(range(2500, 3000))
            writer.write(frame(0))
            await reading


async def test_a_peer_that_does_not_read_gets_no_endless_silence():
    async with SoundServer(SETTINGS) as server:
        sound_id = uuid4()
        async with server.expect(sound_id) as frames, connected(server, frame(1, sound_id.bytes)) as (_, writer):
            writer.transport.pause_reading()
            for number in range(20_000):
                writer.write(sound(number % 1000))
                if number % 100 == 0:
                    await writer.drain()
            await until(lambda: frames.dropped == 19_500)
            (connection,) = server.connections
            assert connection.unsent < 17 * len(SILENCE)


async def test_a_silent_caller_still_hears_silence_and_an_idle_one_is_let_go():
    async with SoundServer(SETTINGS, QUICK) as server:
        sound_id = uuid4()
        async with server.expect(sound_id) as frames, connected(server, frame(1, sound_id.bytes)) as (reader, _):
            assert (await ended(reader)).startswith(SILENCE)
            assert [each async for each in frames] == []


async def test_nobody_comes():
    async with SoundServer(SETTINGS, QUICK) as server, server.expect(uuid4()) as frames:
        assert [each async for each in frames] == []


@pytest.mark.parametrize(
    "opening",
    [b"", b"\1", frame(1, b"short"), frame(1, uuid4().bytes), sound(1), b"GET / HTTP/1.1\r\n\r\n", b"\1\xff\xff\0"],
    ids=["bare", "torn", "short", "unknown", "sound first", "http", "endless"],
)  # fmt: skip
async def test_who_does_not_say_whose_sound_he_brings_is_closed(opening):
    """P10: a bare connect, a slow client, a torn frame, an unknown id."""
    async with SoundServer(SETTINGS, QUICK) as server:
        async with connected(server, opening) as (reader, _):
            assert await ended(reader) == b""
        await until(lambda: not server.connections)


async def test_a_frame_torn_for_too_long_ends_the_sound():
    async with SoundServer(SETTINGS, QUICK) as server:
        sound_id = uuid4()
        async with server.expect(sound_id) as frames:
            async with connected(server, frame(1, sound_id.bytes), sound(1), sound(2)[:100]) as (reader, _):
                await ended(reader)
            assert numbers([each async for each in frames]) == [1]


async def test_only_one_connection_brings_a_sound():
    async with SoundServer(SETTINGS) as server:
        sound_id = uuid4()
        async with (
            server.expect(sound_id) as frames,
            connected(server, frame(1, sound_id.bytes), sound(1)) as (_, first),
        ):
            assert numbers([await anext(frames)]) == [1]
            async with connected(server, frame(1, sound_id.bytes)) as (reader, _):
                await ended(reader)
            first.write(sound(2))
            assert numbers([await anext(frames)]) == [2]


async def test_the_end_of_listening_closes_the_connection():
    async with SoundServer(SETTINGS) as server:
        sound_id = uuid4()
        async with connected(server) as (reader, writer):
            async with server.expect(sound_id) as frames:
                writer.write(frame(1, sound_id.bytes) + sound(1))
                assert numbers([await anext(frames)]) == [1]
            await ended(reader)
        await until(lambda: not server.connections)


async def test_leaving_the_server_ends_every_listener():
    server = SoundServer(SETTINGS)
    async with server:
        sound_id = uuid4()
        async with server.expect(sound_id) as frames, connected(server, frame(1, sound_id.bytes), sound(1)):
            await until(lambda: server.connections)
            assert numbers([await anext(frames)]) == [1]
            await server.__aexit__()
            with pytest.raises(StopAsyncIteration):
                await anext(frames)


async def test_1000_abrupt_disconnects_leave_no_socket_and_no_task():
    """P10: resets at every stage of a connection; afterwards there is nothing, and the next caller is heard."""
    async with SoundServer(SETTINGS) as server:
        tasks = len(asyncio.all_tasks())
        loop = asyncio.get_running_loop()
        for number in range(1000):
            sound_id = uuid4()
            stages = [b"", b"\1", frame(1, sound_id.bytes), frame(1, sound_id.bytes) + sound(1) + sound(2)[:50]]
            async with server.expect(sound_id) as frames:
                peer = socket.socket()
                peer.setblocking(False)
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() resets
                await loop.sock_connect(peer, ("127.0.0.1", server.port))
                await loop.sock_sendall(peer, stages[number % 4])
                if number % 4 == 3:
                    assert numbers([await anext(frames)]) == [1]
                peer.close()
        await until(lambda: not server.connections)
        assert len(asyncio.all_tasks()) == tasks
        sound_id = uuid4()
        async with server.expect(sound_id) as frames, connected(server, frame(1, sound_id.bytes), sound(7)):
            assert numbers([await anext(frames)]) == [7]
