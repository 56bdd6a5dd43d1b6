"""Closing a listening socket without leaving behind what it accepted in that very moment."""

from __future__ import annotations

import asyncio

_TURNS = 6  # of the loop: accepted, transport made, protocol told, refused, its socket closed


async def stop_listening(server: asyncio.Server) -> None:
    """Accept nobody more, see those through that were accepted already, and close.

    asyncio hands them over some turns after it accepted them; a server that is closed meanwhile, or a loop that ends,
    leaves their sockets open (Server._attach asserts that it is not closed, Python 3.11 to 3.13). Whoever is handed
    over during this must be refused by the caller of this.
    """
    loop = asyncio.get_running_loop()
    for listening in server.sockets:
        loop.remove_reader(listening.fileno())
    for _ in range(_TURNS):
        await asyncio.sleep(0)
    server.close()
