"""Plays Asterisk's part: sends a file of sound as AudioSocket frames (recogniser.py). PORT UUID FILE [live]

As fast as they are taken (each frame is answered), or `live`: one each 20 ms, and then silence until the other end has
enough.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from uuid import UUID

FRAME, HEADER, WINDOW = 320, 3, 100


def framed(kind: int, payload: bytes) -> bytes:
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload


async def main(port: int, sound_id: UUID, sound: bytes, *, live: bool) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(framed(1, sound_id.bytes))
    frames = [framed(0x10, sound[at : at + FRAME].ljust(FRAME, b"\0")) for at in range(0, len(sound), FRAME)]
    loop = asyncio.get_running_loop()
    if live:
        draining = asyncio.create_task(reader.read(-1))
        began = loop.time()
        number = 0
        while not draining.done():
            writer.write(frames[number] if number < len(frames) else framed(0x10, bytes(FRAME)))
            number += 1
            await asyncio.sleep(max(0.0, began + 0.02 * number - loop.time()))
        return
    await reader.readexactly(HEADER + FRAME)  # the answer to the identity
    away = 0
    for frame in frames:
        if away >= WINDOW:
            await reader.readexactly(HEADER + FRAME)
            away -= 1
        writer.write(frame)
        away += 1
    await reader.readexactly((HEADER + FRAME) * away)
    writer.write(framed(0, b""))
    await writer.drain()
    writer.close()


if __name__ == "__main__":
    arguments = sys.argv[1:]
    asyncio.run(main(int(arguments[0]), UUID(arguments[1]), Path(arguments[2]).read_bytes(), live="live" in arguments))
