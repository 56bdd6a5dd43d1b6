"""The FastAGI server over real sockets, with the channel's end played by the test."""

import asyncio
import gc
import socket
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from kezek_telephony.agi_session import AgiLimits
from kezek_telephony.types import LineLost
from kit.agi_peer import Conductor, call_of, opening, running_node
from kit.asterisk import until

LIMIT = 10.0


async def test_the_first_sign_of_life_pushes_the_watchdog_and_the_normal_end_says_done():
    async def script(line):
        await line.music()

    async with running_node(Conductor(script)) as node, node.channel() as peer:
        await asyncio.wait_for(peer.ended.wait(), LIMIT)
        assert peer.commands == [
            'SET VARIABLE "TIMEOUT(absolute)" "30"',
            'EXEC "StartMusicOnHold" ""',
            'SET VARIABLE "KEZEK_DONE" "1"',
        ]
        assert len(node.lines) == 0


async def test_a_failing_conductor_leaves_the_caller_to_the_fallback():
    async def script(line):
        raise RuntimeError("a mistake of ours")

    async with running_node(Conductor(script)) as node, node.channel() as peer:
        with capture_logs() as logs:
            await asyncio.wait_for(peer.ended.wait(), LIMIT)
        assert "KEZEK_DONE" not in " ".join(peer.commands)
        assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["call_failed"]


async def test_leaving_the_server_leaves_the_callers_to_the_next_node():
    calls = Conductor()
    async with running_node(calls) as node:
        async with node.channel() as peer:
            await calls.line()
            await node.agi.__aexit__()
            await asyncio.wait_for(peer.ended.wait(), LIMIT)
            assert "KEZEK_DONE" not in " ".join(peer.commands)
        assert calls.ends[call_of(0)] is asyncio.CancelledError


async def test_an_asterisk_that_does_not_reply_loses_the_line():
    calls = Conductor()
    async with running_node(calls, limits=AgiLimits(reply_s=0.2)) as node, node.channel() as peer:
        line = await calls.line()
        peer.answers["EXEC"] = None
        with pytest.raises(LineLost):
            await line.music()
        await until(lambda: calls.ends)
        assert len(node.lines) == 0


async def test_nonsense_instead_of_a_reply_ends_the_session_alone():
    calls = Conductor()
    async with running_node(calls) as node, node.channel(0) as peer, node.channel(1) as other:
        line = await calls.line()
        peer.answers["EXEC"] = "what?"
        with pytest.raises(LineLost):
            await line.music()
        await (await calls.line(1)).music()
        assert other.commands[-1].startswith("EXEC")


async def test_500_connections_at_once_with_probes_and_slow_clients_refuse_no_session():
    """P19: 300 callers among 200 who are none: bare probes, silent ones, torn and endless openings, HTTP."""

    async def script(line):
        await line.music()
        await line.digit(3600)

    calls = Conductor(script)
    async with running_node(calls, limits=AgiLimits(opening_s=1.0, reply_s=30)) as node:

        async def nobody(sends: bytes, leaves: bool) -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", node.agi.port)
            writer.write(sends)
            got = b""
            try:
                if not leaves:
                    got = await reader.read()  # until the server has had enough
            except ConnectionError:
                pass
            writer.close()
            return got

        async def caller(number: int) -> None:
            async with node.channel(number) as peer:
                line = await calls.line(number)
                await until(lambda: peer.commands[-1].startswith("EXEC"))
                line.pressed("1")
                await asyncio.wait_for(peer.ended.wait(), 60)
                assert peer.variables["KEZEK_DONE"] == "1"

        nobodies = [
            (b"", True),
            (b"", False),
            (opening()[:200], True),
            (opening()[:200], False),
            (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", False),
            (b"x" * 100_000, False),
            (b"agi_x: y\n" * 1000, False),
            (b"\n", False),
        ]
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            for number in range(300):
                tasks.create_task(caller(number))
                if number < 200:
                    tasks.create_task(nobody(*nobodies[number % len(nobodies)]))
        assert len(calls.ends) == 300
        assert set(calls.ends.values()) == {None}
        await until(lambda: not node.agi.busy)


async def test_two_sessions_of_one_call_make_one_line():
    calls = Conductor()
    async with running_node(calls) as node, node.channel() as first:
        line = await calls.line()
        async with node.channel() as second:
            await asyncio.wait_for(first.ended.wait(), LIMIT)
            await line.music()
            assert second.commands[-1].startswith("EXEC")
            assert len(calls.lines) == 1


def test_a_connection_accepted_while_the_server_closes_leaves_no_socket(recwarn):
    """Its transport comes up to four turns of the loop later; unclosed ones are told as ResourceWarnings."""

    async def knock(port_of, turns):
        async with running_node(Conductor()) as node:
            caller = socket.socket()
            caller.setblocking(False)
            with suppress(BlockingIOError):
                caller.connect(("127.0.0.1", port_of(node)))
            for _ in range(turns):
                await asyncio.sleep(0)
        caller.close()

    for turns in range(8):
        for port_of in (lambda node: node.agi.port, lambda node: node.sound.port):
            asyncio.run(knock(port_of, turns))
            gc.collect()
    assert [str(each.message) for each in recwarn if issubclass(each.category, ResourceWarning)] == []
