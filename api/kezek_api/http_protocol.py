"""uvicorn's HTTP with a limit for whoever is slow to ask or slow to take, and for the number of sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 10.0  # from the connection, or from the first byte of a further request, to the end of its head
TAKE_S = 30.0  # for the 48 KiB between uvicorn's marks of a full and an empty buffer
SOCKETS = 8_000  # at one time, pages' WebSockets not among them
HEAD = 32 * 1024  # bytes


class PatientHttp(H11Protocol):
    """Waits for a head as long as HEAD_S, for a client who takes nothing as long as TAKE_S."""

    _head: asyncio.TimerHandle | None = None
    _take: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > SOCKETS:
            transport.abort()
            return
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        self._watch()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._stop()
        super().handle_websocket_upgrade(event)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._take is None:
            self._take = self.loop.call_later(TAKE_S, self.transport.abort)

    def resume_writing(self) -> None:
        if self._take is not None:
            self._take.cancel()
            self._take = None
        super().resume_writing()

    def _watch(self) -> None:
        """A head is being waited for, or the rest of a body that was answered already. Between requests uvicorn itself
        waits a little, until the next byte."""
        served = self.conn.their_state is not h11.IDLE and not (self.cycle and self.cycle.response_complete)
        if served or self.transport.get_protocol() is not self:
            self._unset_head()
        elif self._head is None:
            self._head = self.loop.call_later(HEAD_S, self.transport.abort)

    def _unset_head(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _stop(self) -> None:
        self._unset_head()
        if self._take is not None:
            self._take.cancel()
            self._take = None


def config() -> dict[str, Any]:
    """What uvicorn has to know of it."""
    return {"http": PatientHttp, "h11_max_incomplete_event_size": HEAD, "timeout_keep_alive": 5}
