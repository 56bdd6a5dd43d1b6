"""P10 with a node's own process and a real Asterisk: sound that breaks off at any point leaves nothing behind."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import struct
from uuid import UUID

import pytest

from kezek_api.drill.relay import Relay
from kit.api import until
from kit.asterisk import RunningAsterisk, asterisk  # noqa: F401 - a fixture
from kit.listening_node import ListeningNode, listening_node
from kit.sip_agent import SipAgent
from kit.size import size

DISCONNECTS, TOGETHER = size(100, 1000), 50
CITIZENS = 3
FRAME = bytes([0x10]) + struct.pack(">H", 320) + bytes(320)
NOW_AND_HARD = struct.pack("ii", 1, 0)  # SO_LINGER 0: close() resets


def opening(number: int) -> bytes:
    return b"\x01\x00\x10" + UUID(int=number).bytes


STAGES = {
    "nothing": lambda n: b"",
    "one byte": lambda n: b"\x01",
    "in the UUID": lambda n: opening(n)[:11],
    "after the UUID": opening,
    "in a header": lambda n: opening(n) + FRAME[:2],
    "in a frame": lambda n: opening(n) + FRAME + FRAME[:100],
    "in the sound": lambda n: opening(n) + FRAME * 25,
    "hung up": lambda n: opening(n) + FRAME * 3 + b"\x00\x00\x00",
    "a stranger": lambda n: opening(n + 10**9) + FRAME,
}
WAYS = ("reset", "close", "half")


async def breaks_off(port: int, number: int) -> None:
    """One connection that says as much as its stage and goes in one of the ways."""
    loop = asyncio.get_running_loop()
    said = list(STAGES.values())[number % len(STAGES)](number)
    way = WAYS[number // len(STAGES) % len(WAYS)]
    with socket.socket() as peer:
        peer.setblocking(False)
        await loop.sock_connect(peer, ("127.0.0.1", port))
        try:
            await loop.sock_sendall(peer, said)
            if way == "half":
                peer.shutdown(socket.SHUT_WR)
                while await loop.sock_recv(peer, 65_536):
                    pass  # until the server has closed its half too
            elif said and number % 2:
                await asyncio.sleep(0)  # its silence may have come: unread, it turns the close into a reset
        except ConnectionError:
            return
        if way == "reset":
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NOW_AND_HARD)


async def many(node: ListeningNode, first: int, count: int) -> None:
    for start in range(first, first + count, TOGETHER):
        await node.ask(f"expect {start} {start + TOGETHER}")
        async with asyncio.TaskGroup() as group:
            for number in range(start, start + TOGETHER):
                group.create_task(breaks_off(node.port, number))


async def settled(node: ListeningNode, **wanted: int) -> bool:
    status = await node.status()
    return all(status[name] == value for name, value in wanted.items())


@pytest.mark.timeout(size(60, 300))
async def test_a_thousand_abrupt_disconnects_at_every_stage_leave_no_socket_no_thread_and_no_task(
    asterisk: RunningAsterisk,  # noqa: F811
) -> None:
    """P10: resets, closes and half-closes before, in and after the UUID, in a frame and in the sound, while real spy
    legs of Asterisk are heard, cut off, and heard again; what the process holds is then what it held before."""
    async with Relay("127.0.0.1:0") as relay:
        settings = dataclasses.replace(asterisk.settings, sound_address=f"127.0.0.1:{relay.port}")
        async with listening_node(settings) as node, SipAgent.calling(asterisk) as street:
            relay.target = f"127.0.0.1:{node.port}"
            await many(node, 0, TOGETHER)  # what is made once is made now
            await until(lambda: settled(node, connections=0, expected=0), 20)
            before, tasks = node.footprint, (await node.status())["tasks"]

            callers = [f"7705000000{n}" for n in range(CITIZENS)]
            calls = [await street.call("109", caller=caller) for caller in callers]
            for call in calls:
                await call.answered()
            await until(lambda: all_heard(node, callers, 25), 20)
            await many(node, TOGETHER, DISCONNECTS // 2)
            await relay.cut()
            await many(node, TOGETHER + DISCONNECTS // 2, DISCONNECTS // 2)
            assert all(call.talking for call in calls)
            await relay.mend()
            heard = (await node.status())["heard"]
            await until(lambda: all_heard(node, callers, max(heard.values()) + 25), 20)
            assert all(call.talking for call in calls)
            for call in calls:
                await call.hang_up()

            await until(lambda: settled(node, connections=0, expected=0, lines=0, tasks=tasks), 30)
            await until(lambda: node.footprint.sockets == before.sockets, 20)
            assert node.footprint.files == before.files
            assert node.footprint.threads == before.threads
            await until(lambda: no_channels(asterisk), 20)
            print(f"\n{DISCONNECTS} disconnects; memory {(node.footprint.rss - before.rss) / 1024:+.0f} kB")


async def no_channels(asterisk: RunningAsterisk) -> bool:  # noqa: F811
    return "0 active channels" in await asterisk.cli("core show channels count")


async def all_heard(node: ListeningNode, callers: list[str], frames: int) -> bool:
    heard = (await node.status())["heard"]
    return all(heard.get(caller, 0) >= frames for caller in callers)
