"""Whatever Asterisk, or somebody in its place, sends: a documented error at most, bounded, the same however cut."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from uuid import UUID

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kezek_telephony.agi import USAGE_LIMIT, AgiError, ReplyParser, command, parse_request
from kezek_telephony.agi_session import LINE_LIMIT, AgiLimits, AgiSession
from kezek_telephony.ami_protocol import BUFFER_LIMIT, LIST_LIMIT, AmiEvent, Expect, SafeProtocol
from kezek_telephony.arrival import NAME_LENGTH, arrival_of
from kezek_telephony.settings import TelephonySettings
from kezek_telephony.sound import FRAME, HEADER, Sound, SoundConnection, SoundServer
from kezek_telephony.types import LineLost
from kit.agi_peer import opening

QUICK = settings(deadline=None, max_examples=150)
SOUND_ID = UUID(int=7)


def cut(data: bytes, at: list[int]) -> list[bytes]:
    """The same bytes in pieces."""
    ends = sorted({0, len(data), *(place % (len(data) + 1) for place in at)})
    return [data[start:end] for start, end in itertools.pairwise(ends)]


class Wire(asyncio.Transport):
    """A connection of Asterisk's host: takes what is written, or is closed."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self.written = 0
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += len(data)

    def is_closing(self) -> bool:
        return self.closed

    def abort(self) -> None:
        self.closed = True

    def close(self) -> None:
        self.closed = True

    def get_write_buffer_size(self) -> int:
        return 0


# --- FastAGI

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=60)
NAMES = st.sampled_from(
    [
        "agi_uniqueid",
        "agi_channel",
        "agi_callerid",
        "agi_calleridname",
        "agi_callingpres",
        "agi_arg_1",
        "agi_arg_2",
        "agi_arg_3",
        "agi_arg_7",
        "agi_network_script",
    ]
)


@QUICK
@given(st.lists(st.one_of(TEXT, st.builds("{}: {}".format, NAMES, TEXT)), max_size=40))
@example(["agi_uniqueid: 1", "agi_channel: x", "agi_arg_2: 1e309", "agi_callingpres: ²"])
@example(["agi_uniqueid: 1", "agi_channel: x", "agi_arg_2: nan", "agi_arg_7: ٣"])
@example(["agi_uniqueid: 1", "agi_channel: x", "agi_network_script: " + "&" * 5_000])
def test_an_opening_is_a_request_or_no_fastagi(lines: list[str]) -> None:
    try:
        arrival = arrival_of(parse_request(lines))
    except AgiError:
        return
    assert 0 < arrival.since < 1e11
    assert 0 <= arrival.priority <= 9
    assert arrival.caller is None or arrival.caller.lstrip("+").isdigit()
    assert len(arrival.caller_name) <= NAME_LENGTH
    assert command("SET VARIABLE", "X", arrival.caller_name).count(b"\n") == 1, "what came in can go out again"


@QUICK
@given(st.binary(max_size=400), st.lists(st.integers(0, 10_000), max_size=8), st.booleans())
@example(b"x" * (LINE_LIMIT + 2), [], True)
@example(b"agi_x: y\n" * 400, [], False)
@example((b"a" * 60_000 + b"\n") * 3, [], False)
def test_an_opening_from_the_wire_ends(data: bytes, at: list[int], real: bool) -> None:
    data = opening() + data if real and len(data) < 1000 else data

    async def read() -> object:
        reader, wire = asyncio.StreamReader(limit=LINE_LIMIT), Wire()
        writer = asyncio.StreamWriter(wire, asyncio.StreamReaderProtocol(reader), reader, asyncio.get_running_loop())
        session = AgiSession(reader, writer, AgiLimits(opening_s=1.0))
        for piece in cut(data, at):
            reader.feed_data(piece)
        reader.feed_eof()
        try:
            return await session.opening()
        except AgiError as error:
            return str(error)
        finally:
            session.close()

    whole = asyncio.run(read())
    assert whole if real and len(data) < 2_000 else True


REPLIES = st.sampled_from(
    [
        "200 result=0",
        "200 result=1 (a) endpos=5",
        "HANGUP",
        "100 Trying",
        "511 dead",
        "520-Usage",
        "520 End of proper usage.",
        "520 Invalid",
        "200 result=",
        "200 x",
        "510 No",
    ]
)


@QUICK
@given(st.lists(st.one_of(REPLIES, TEXT), max_size=40))
@example(["200 result=" + "9" * 5_000])
@example(["200 result=0 endpos=" + "9" * 5_000])
@example(["200 result=²"])
def test_a_line_is_a_reply_a_part_of_one_or_no_agi(lines: list[str]) -> None:
    parser = ReplyParser()
    for line in lines:
        try:
            reply = parser.feed(line)
        except AgiError:
            return
        if reply is not None:
            assert isinstance(reply.number, int)
            assert len(reply.text) <= USAGE_LIMIT + 200


def test_a_usage_has_an_end_in_bytes_too() -> None:
    parser = ReplyParser()
    parser.feed("520-Usage")
    try:
        for _ in range(100):
            parser.feed("x" * 60_000)
    except AgiError:
        return
    raise AssertionError("it went on")


@QUICK
@given(st.binary(max_size=300), st.lists(st.integers(0, 10_000), max_size=8))
@example(b"200 result=1\n200 result=2\n", [])
@example(b"520-\n" + b"y\n" * 300, [])
def test_replies_from_the_wire_end_the_session_or_answer(data: bytes, at: list[int]) -> None:
    async def talk() -> None:
        reader, wire = asyncio.StreamReader(limit=LINE_LIMIT), Wire()
        writer = asyncio.StreamWriter(wire, asyncio.StreamReaderProtocol(reader), reader, asyncio.get_running_loop())
        session = AgiSession(reader, writer)
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            group.create_task(session.read_replies())
            asked = group.create_task(_asked(session))
            await asyncio.sleep(0)
            for piece in cut(data, at):
                reader.feed_data(piece)
            reader.feed_eof()
            await asked

    asyncio.run(talk())


async def _asked(session: AgiSession) -> None:
    with contextlib.suppress(LineLost):
        await session.command("NOOP", limit_s=5)


# --- AudioSocket

KINDS = st.sampled_from([0x00, 0x01, 0x03, 0x10, 0x12, 0xFF, 0x42])


def frame(kind: int, payload: bytes) -> bytes:
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload


FRAMES = st.builds(frame, KINDS, st.binary(max_size=700))
STREAM = st.lists(st.one_of(FRAMES, st.binary(max_size=30)), max_size=20).map(b"".join)


@QUICK
@given(STREAM, st.lists(st.integers(0, 20_000), max_size=12), st.booleans())
@example(frame(3, b"5") * 500, [], True)
@example(b"\x10\xff\xff" + b"s" * 70_000, [], True)
@example(b"\x10\xff\xff" + b"s" * 70_000, [], False)
@example(b"\x10\x00\x00" * 1_000, [], True)
def test_sound_is_the_same_however_it_is_cut(data: bytes, at: list[int], known: bool) -> None:
    data = frame(0x01, SOUND_ID.bytes) + data if known else data

    async def heard(pieces: list[bytes]) -> tuple[list[bytes], str, bool, int]:
        server = SoundServer(TelephonySettings())
        sound = Sound(server.limits.frames)
        server._expected[SOUND_ID] = sound
        connection, wire = SoundConnection(server), Wire()
        connection.connection_made(wire)
        for piece in pieces:
            connection.data_received(piece)
            assert len(connection._buffer) <= HEADER + 65_535, "no more than one frame is kept"
        frames = list(sound._frames)
        connection.connection_lost(None)
        assert server.connections == set()
        assert server.unknown == 0
        assert len(sound.digits) <= server.limits.digits
        return frames, sound.digits, wire.closed, wire.written

    whole = asyncio.run(heard([data]))
    assert asyncio.run(heard(cut(data, at))) == whole
    assert all(len(each) == FRAME for each in whole[0])


# --- AMI

LINES = st.one_of(
    st.sampled_from(
        [
            b"Event: Hangup",
            b"Response: Success",
            b"Response: Error",
            b"Channel: PJSIP/1-2",
            b"ActionID: 1",
            b"EventList: Complete",
            b"Event: ",
            b"Event:X",
            b": ",
            b"Variable: a=b",
            b"Output: x",
            b"Event: Shutdown",
            "CallerIDName: Айгүл".encode(),
            b"--END COMMAND--",
        ]
    ),
    st.binary(max_size=40),
)
MESSAGES = st.lists(st.lists(LINES, max_size=6).map(b"\r\n".join), max_size=8).map(b"\r\n\r\n".join)


def read(pieces: list[bytes]) -> tuple[list[AmiEvent], bool]:
    async def run() -> tuple[list[AmiEvent], bool]:
        events: list[AmiEvent] = []
        wire = Wire()
        protocol = SafeProtocol(events.append, lambda: None)
        protocol.connection_made(wire)
        for piece in pieces:
            protocol.data_received(piece)
            assert len(protocol._rest) <= BUFFER_LIMIT + len(piece)
        return events, wire.closed

    return asyncio.run(run())


@QUICK
@given(MESSAGES, st.lists(st.integers(0, 20_000), max_size=12))
@example(b"Event: A\r\n\r\n\r\nEvent: B\r\n\r\n", list(range(40)))
@example(b"Event: A\r\nX: " + "ү".encode() * 3 + b"\r\n\r\n", list(range(40)))
@example(b"\r\n\r\n\r\n\r\n", [1, 2, 3])
@example(b"Event: Shutdown\r\n\r\nEvent: B\r\n\r\n", [20])
def test_packets_are_the_same_however_they_are_cut(data: bytes, at: list[int]) -> None:
    assert read(cut(data, at)) == read([data])


def test_an_answer_without_an_end_ends_the_link() -> None:
    """A list of so many rows is no list of ours."""

    async def run() -> None:
        wire = Wire()
        protocol = SafeProtocol(lambda event: None, lambda: None)
        protocol.connection_made(wire)
        asked = protocol.begin("QueueStatus", {}, {}, Expect.LIST)
        (action_id,) = protocol._pending
        row = f"Event: QueueMember\r\nActionID: {action_id}\r\n\r\n".encode()
        for _ in range(LIST_LIMIT // 1000 + 1):
            protocol.data_received(row * 1000)
        assert wire.closed
        assert asked.exception() is not None

    asyncio.run(run())
