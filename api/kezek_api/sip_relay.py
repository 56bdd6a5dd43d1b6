"""Carries SIP between a page and Asterisk's WebSocket: the page needs one origin, and only its own phone speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from fastapi import WebSocket, WebSocketDisconnect
from redis.exceptions import RedisError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from kezek_api.desk import AGAIN, ELSEWHERE, NOT_SIGNED_IN, TOO_FAST, Closed
from kezek_api.limits import Pace
from kezek_api.sip_frame import MAX_FRAME, refusal

log = structlog.get_logger(__name__)

SIP = "sip"
OPEN_S = 3.0
PING_S = 5.0  # a frozen Asterisk keeps its sockets open: unanswered for so long, it counts as dead
SEND_S = 5.0
SILENT_S = 360.0  # a phone registers again within 300 s: one that says nothing for longer is gone
LOOK_S = 2.0  # how soon the end of the session ends the phone

Standing = Callable[[], Awaitable[str]]  # 'ok', 'elsewhere' or 'out'; raises RedisError, OSError, TimeoutError


async def serve(page: WebSocket, asterisk: str, phone: str, standing: Standing) -> tuple[int, str]:
    """From the opened WebSocket to its end: the code and reason to close it with (1013: Asterisk is away)."""
    try:
        async with connect(
            asterisk,
            subprotocols=[Subprotocol(SIP)],
            open_timeout=OPEN_S,
            close_timeout=1.0,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            max_size=2 * MAX_FRAME,
            compression=None,
            proxy=None,
            user_agent_header=None,
        ) as upstream:
            log.info("phone_connected", phone=phone)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(_up(page, upstream, phone))
                    group.create_task(_down(page, upstream))
                    group.create_task(_watch(standing))
            except ExceptionGroup as several:
                return _ending(several)
    except (OSError, TimeoutError, InvalidHandshake, InvalidURI, ConnectionClosed) as away:
        log.warning("phone_asterisk_away", error=type(away).__name__)
    return AGAIN


async def _up(page: WebSocket, upstream: ClientConnection, phone: str) -> None:
    pace = Pace()
    while True:
        try:
            async with asyncio.timeout(SILENT_S):
                message = await page.receive()
        except TimeoutError:
            raise Closed(1001, "no answer") from None
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        frame = message.get("text")
        if frame is None:
            raise Closed(1003, "not understood")
        if pace.too_fast():
            raise Closed(*TOO_FAST)
        if not frame.strip("\r\n"):
            continue  # RFC 5626's keep-alive: the WebSocket has its own
        if why := refusal(frame, phone):
            log.warning("phone_refused", phone=phone, why=why)
            raise Closed(1009 if why == "too large" else 1008, why)
        async with asyncio.timeout(SEND_S):
            await upstream.send(frame)


async def _down(page: WebSocket, upstream: ClientConnection) -> None:
    """Ends with Asterisk's side; pairs the other one, that notices the page's leaving."""
    async for frame in upstream:
        async with asyncio.timeout(SEND_S):
            await page.send_text(frame if isinstance(frame, str) else frame.decode("utf-8", "replace"))
    raise Closed(*AGAIN)


def _ending(several: ExceptionGroup) -> tuple[int, str]:
    """What ended a phone: being sent away, the page's leaving, or else Asterisk. Errors of ours are raised."""
    _, unforeseen = several.split((Closed, WebSocketDisconnect, ConnectionClosed, OSError, TimeoutError))
    if unforeseen is not None:
        raise unforeseen
    for error in several.exceptions:
        if isinstance(error, Closed):
            return error.code, error.reason
    return (1001, "gone") if any(isinstance(error, WebSocketDisconnect) for error in several.exceptions) else AGAIN


async def _watch(standing: Standing) -> None:
    """A session that is over ends its phone. That Redis is away ends no talk."""
    while True:
        await asyncio.sleep(LOOK_S)
        try:
            how = await standing()
        except (RedisError, OSError, TimeoutError):
            continue
        if how != "ok":
            raise Closed(*(ELSEWHERE if how == "elsewhere" else NOT_SIGNED_IN))
