"""What a real Asterisk said (tests/fixtures/ami), read again byte by byte; every trap of the codec underneath."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kezek_telephony.ami_protocol import BUFFER_LIMIT, AmiEvent, Expect, SafeProtocol
from kezek_telephony.types import LinkDown

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "ami"


class Wire(asyncio.Transport):
    """Takes what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.unsent = 0
        self.aborted = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True

    def get_write_buffer_size(self) -> int:
        return self.unsent


class Connection:
    def __init__(self) -> None:
        self.events: list[AmiEvent] = []
        self.lost = 0
        self.wire = Wire()
        self.protocol = SafeProtocol(self.events.append, self._lost)
        self.protocol.connection_made(self.wire)

    def _lost(self) -> None:
        self.lost += 1

    def ask(self, name: str, expect: Expect = Expect.ONE, **headers: str) -> asyncio.Future[list[AmiEvent]]:
        return self.protocol.begin(name, headers, {}, expect)

    def recorded(self, name: str) -> bytes:
        """What Asterisk said, as an answer to the last action."""
        action_id = self.wire.written.rpartition(b"ActionID: ")[2].split(b"\r\n")[0]
        return (FIXTURES / f"{name}.txt").read_bytes().replace(b"ActionID: recorded", b"ActionID: " + action_id)

    def hear(self, data: bytes, step: int = 0) -> None:
        for at in range(0, len(data), step or len(data)):
            self.protocol.data_received(data[at : at + (step or len(data))])


@pytest.mark.parametrize("step", [0, 1, 7, 100])
@pytest.mark.parametrize("name", ["arrival", "fallback_talk", "hang_up"])
async def test_events_read_the_same_however_the_bytes_are_cut(name: str, step: int) -> None:
    whole, cut = Connection(), Connection()
    whole.hear(whole.recorded(name))
    cut.hear(cut.recorded(name), step)
    assert cut.events == whole.events
    assert len(whole.events) >= 3


async def test_a_letter_cut_in_two_is_whole() -> None:
    connection = Connection()
    connection.hear(connection.recorded("arrival"), 1)
    names = {event["CallerIDName"] for event in connection.events if event["Channel"].startswith("PJSIP/loopback")}
    assert names == {"Айгүл Қанатқызы"}


async def test_bytes_that_are_no_letters_do_no_harm() -> None:
    connection = Connection()
    connection.hear(b"Event: Odd\r\nName: \xff\xfe\xc3\r\n\r\nEvent: Next\r\n\r\n")
    assert [event.name for event in connection.events] == ["Odd", "Next"]


async def test_a_reply_that_looks_like_a_list_is_one_reply() -> None:
    connection = Connection()
    asked = connection.ask("QueueAdd", Queue="kezek", Interface="PJSIP/1002")
    connection.hear(connection.recorded("queue_add"))
    (reply,) = await asked
    assert reply["Message"] == "Added interface to queue"
    assert [event.name for event in connection.events] == ["DeviceStateChange", "QueueMemberAdded"]


async def test_a_list_is_collected_to_its_end() -> None:
    connection = Connection()
    asked = connection.ask("PJSIPShowEndpoints", Expect.LIST)
    connection.hear(connection.recorded("endpoints"), 50)
    names = [event["ObjectName"] for event in await asked if event.name == "EndpointList"]
    assert names == ["1001", "1002", "1003", "line", "loopback"]
    assert connection.events == []


async def test_an_originate_is_never_synchronous_and_is_followed_to_its_end() -> None:
    connection = Connection()
    asked = connection.ask("Originate", Expect.ORIGINATED, Channel="PJSIP/1003", Application="Wait")
    assert b"Async: true\r\n" in connection.wire.written
    connection.hear(connection.recorded("originate_failed"))
    assert [(message.name, message["Response"]) for message in await asked] == [
        ("", "Success"),
        ("OriginateResponse", "Failure"),
    ]
    assert not connection.wire.aborted


@pytest.mark.parametrize("evil", ["1001\r\nAction: Originate", "a\nb", "a\rb", "a\0b", "a\x85b", "a\u2028b"])
async def test_a_line_break_in_a_value_is_refused(evil: str) -> None:
    connection = Connection()
    with pytest.raises(ValueError, match="control character"):
        connection.ask("Redirect", Channel=evil)
    with pytest.raises(ValueError, match="control character"):
        connection.protocol.begin("Redirect", {evil: "x"}, {}, Expect.ONE)
    with pytest.raises(ValueError, match="control character"):
        connection.protocol.begin("Originate", {}, {"NAME": evil}, Expect.ONE)
    assert connection.wire.written == b""


async def test_what_was_not_answered_fails_and_is_not_kept() -> None:
    """P7: an action whose reply was lost has an unclear end; it is never sent again."""
    connection = Connection()
    asked = connection.ask("Originate", Expect.ORIGINATED, Channel="PJSIP/1003")
    connection.protocol.connection_lost(None)
    with pytest.raises(LinkDown):
        await asked
    with pytest.raises(LinkDown):
        connection.ask("Ping")
    assert connection.wire.written.count(b"Action: ") == 1
    assert connection.lost == 1


async def test_the_end_is_told_once() -> None:
    connection = Connection()
    connection.hear(b"Event: Shutdown\r\nShutdown: Cleanly\r\n\r\n")
    connection.protocol.connection_lost(None)
    connection.protocol.close()
    assert connection.lost == 1
    assert connection.wire.aborted


async def test_a_reader_that_fails_does_not_end_the_connection() -> None:
    heard: list[str] = []

    def fail(event: AmiEvent) -> None:
        heard.append(event.name)
        raise RuntimeError("a reader's mistake")

    protocol = SafeProtocol(fail, lambda: None)
    wire = Wire()
    protocol.connection_made(wire)
    protocol.data_received(b"Event: One\r\n\r\nEvent: Two\r\n\r\n")
    assert heard == ["One", "Two"]
    assert not wire.aborted


async def test_a_message_without_end_ends_the_connection() -> None:
    connection = Connection()
    for _ in range(BUFFER_LIMIT // 50_000 + 1):
        connection.hear(b"x" * 50_000)
    assert connection.lost == 1


async def test_an_asterisk_that_takes_nothing_is_given_nothing_more() -> None:
    connection = Connection()
    connection.wire.unsent = BUFFER_LIMIT + 1
    with pytest.raises(LinkDown):
        connection.ask("Ping")


@pytest.mark.parametrize(
    "odd", [b"\r\n\r\n", b": \r\n\r\n", b"Event\r\n\r\n", b"Response: Success\r\n\r\n", b"Event: \r\n\r\n"]
)
async def test_odd_messages_are_passed_over(odd: bytes) -> None:
    connection = Connection()
    connection.hear(odd + b"Event: Next\r\n\r\n")
    assert connection.events[-1].name == "Next"
    assert connection.lost == 0
