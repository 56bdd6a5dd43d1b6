"""What a desk writes by itself is what WebSockets say, whatever its length."""

from __future__ import annotations

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from kezek_api.wire import framed


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_a_message_of_any_length_is_one_text_frame(length: int) -> None:
    client = ClientProtocol(parse_uri("ws://localhost/"), state=OPEN, max_size=None)
    client.receive_data(framed(b"a" * length) + framed("қоңырау".encode()))
    one, two = client.events_received()
    assert isinstance(one, Frame)
    assert isinstance(two, Frame)
    assert (one.opcode, one.fin, bytes(one.data)) == (Opcode.TEXT, True, b"a" * length)
    assert bytes(two.data).decode() == "қоңырау"
