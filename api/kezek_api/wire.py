"""A WebSocket of uvicorn that a desk may write to and hear at once, without a task, a queue or a layer between.

Two hundred desks are told the same at one moment, and through ASGI a message costs some four times what the system
takes to send it. What has no room, and everything else, goes the usual way.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, MutableMapping
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request
from websockets.protocol import State

UNSENT = 1 << 20  # bytes of answers that a page has not taken
PIECES = 1_000  # of one message
EXTENSION = "kezek.wire"  # among the scope's extensions


class Wire(WebSocketsSansIOProtocol):
    """`hear`, once set, gets each whole text message as it comes, in place of ASGI's `receive`; it does not wait and
    does not raise."""

    hear: Callable[[bytes], None] | None = None

    @staticmethod
    def of(scope: MutableMapping[str, Any]) -> Wire | None:
        """The one that carries this WebSocket; None on another server."""
        wire = scope.get("extensions", {}).get(EXTENSION)
        return wire if isinstance(wire, Wire) else None

    @property
    def has_room(self) -> bool:
        """The page is there, and has taken what it was sent before but for a little."""
        return self.writable.is_set() and not self.disconnected and self.conn.state is State.OPEN

    def say(self, text: bytes) -> None:
        """Written at once; only where there is room."""
        self.transport.write(framed(text))

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:  # the application's task has the scope, and has not begun yet
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self

    def handle_ping(self) -> None:
        super().handle_ping()
        if self.transport.get_write_buffer_size() > UNSENT:
            self.transport.abort()  # it asks and asks, and takes no answer

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= PIECES:
            self.transport.abort()
            return
        super().handle_cont(event)

    def handle_text(self, event: Frame) -> None:
        if self.hear is not None and event.fin:
            self.hear(bytes(event.data))
        else:
            super().handle_text(event)


def framed(text: bytes) -> bytes:
    """A whole text message as the server sends it: unmasked, not packed (RFC 6455, 5.2)."""
    length = len(text)
    if length < 126:
        return bytes((0x81, length)) + text
    if length < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, length) + text
    return struct.pack("!BBQ", 0x81, 127, length) + text
