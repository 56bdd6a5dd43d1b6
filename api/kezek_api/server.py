"""uvicorn inside the house: its own socket, no signals of its own, an end within a limit."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from kezek_api import http_protocol
from kezek_api.addresses import split_address
from kezek_api.wire import Wire

GRACE_S = 3
MAX_MESSAGE = 64 * 1024


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The house has the signals."""
        yield


class HttpServer:
    """Listens from the beginning (port 0 takes a free one), serves while `run` runs."""

    def __init__(self, app: FastAPI, listen: str) -> None:
        """Raises OSError when the address is taken."""
        host, port = split_address(listen)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=1024)
        self._socket.setblocking(False)
        self._server = _Server(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                access_log=False,
                **http_protocol.config(),
                ws=Wire,
                ws_max_size=MAX_MESSAGE,
                ws_per_message_deflate=False,  # small messages to many pages: packing costs more than it saves
                ws_ping_interval=None,  # the desk has its own ping, which the page itself must answer
                server_header=False,
                timeout_graceful_shutdown=GRACE_S,
            )
        )

    @property
    def port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    async def run(self) -> None:
        """Until cancelled; then open requests get GRACE_S to end."""
        serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))  # outlives our cancellation a little
        try:
            await asyncio.shield(serving)
        finally:
            self._server.should_exit = True
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({serving}, timeout=GRACE_S + 2)
            serving.cancel()

    def close(self) -> None:
        self._socket.close()
