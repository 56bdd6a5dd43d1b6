"""The bare loops of `fanout.py`, each a program of its own: over plain TCP, and over sockets that uvicorn serves."""

from __future__ import annotations

# Both bare loops: read a stream, write the same bytes to every socket.
FEED = """
import asyncio, sys
from pathlib import Path
from redis.asyncio import Redis

url, port, desk, board = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]).read_bytes(), Path(sys.argv[4]).read_bytes()

async def entries():
    redis, last = Redis.from_url(url, decode_responses=True, socket_timeout=None, protocol=2), "$"
    while True:
        for _, told in await redis.xread({"bare": last}, block=0):
            for last, _ in told:
                yield last
"""
RAW = (
    FEED
    + """
async def main():
    sockets = []
    async def joined(reader, writer):
        told = board if b"wallboard" in await reader.readuntil(b"\\r\\n\\r\\n") else desk
        sockets.append((writer, told))
        writer.write(b"+")
        await reader.read()
    async with await asyncio.start_server(joined, "127.0.0.1", port, backlog=1024):
        async for _ in entries():
            for writer, told in sockets:
                writer.write(told)

asyncio.run(main())
"""
)
SAME = (
    FEED
    + """
import uvicorn
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

desk = desk[2:].decode() if desk[1] < 126 else desk[4:].decode()  # the text in the frame
sockets, boards = [], []

async def sit(socket):
    await socket.accept()
    sockets.append(socket)
    await socket.send_text("+")
    while True:
        await socket.receive_text()

async def watch(request):
    queue = asyncio.Queue()
    boards.append(queue)
    async def told():
        yield b"+"
        while True:
            yield await queue.get()
    return StreamingResponse(told())

async def main():
    app = Starlette(routes=[WebSocketRoute("/api/desk", sit), Route("/api/wallboard/events", watch)])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off", ws="websockets-sansio",
                                           ws_per_message_deflate=False, ws_ping_interval=None))
    serving = asyncio.create_task(server.serve())  # ends with this process
    async for _ in entries():
        for socket in sockets:
            await socket.send_text(desk)
        for queue in boards:
            queue.put_nowait(board)

asyncio.run(main())
"""
)
