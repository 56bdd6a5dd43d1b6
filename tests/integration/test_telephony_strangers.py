"""Who is let in to FastAGI, to the sound and to AMI, over real sockets; and who only says that he is a call."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from kezek_telephony.agi_server import AgiServer
from kezek_telephony.calls import Lines
from kezek_telephony.known import Known
from kezek_telephony.settings import TelephonySettings
from kezek_telephony.sound import SoundServer
from kit.agi_peer import AgiPeer, Conductor, opening
from kit.api import until
from kit.asterisk import RunningAsterisk, running_asterisk
from kit.valkey import Valkey
from kit.whole import City, hotline

LIMIT_S = 15.0
SETTINGS = TelephonySettings(fastagi_port=0, sound_port=0, prompts="/prompts")


async def hears(port: int, source: str, says: bytes = b"") -> bytes | None:
    """What the server says to somebody of this address; None when he is turned away."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
    try:
        writer.write(says)
        async with asyncio.timeout(LIMIT_S):
            return await reader.read(64) or None
    except ConnectionError:
        return None
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def test_a_stranger_is_turned_away_before_he_says_a_word() -> None:
    """127.0.0.2 stands for another machine: here loopback is 127.0.0.1 alone."""
    known = Known((), own=("127.0.0.1",))
    calls = Conductor()
    async with (
        SoundServer(SETTINGS, known=known) as sound,
        AgiServer(SETTINGS, Lines(), calls, sound=sound, known=known) as agi,
    ):
        identity = b"\x01\x00\x10" + uuid4().bytes
        assert await hears(agi.port, "127.0.0.2", opening()) is None
        assert await hears(sound.port, "127.0.0.2", identity) is None
        assert calls.lines == {}
        assert not agi.busy
        assert sound.connections == set()
        assert (await hears(agi.port, "127.0.0.1", opening()) or b"").startswith(b"SET VARIABLE")


@pytest.fixture(scope="module")
async def asterisk() -> AsyncIterator[RunningAsterisk]:
    async with running_asterisk() as running:
        yield running


async def test_ami_takes_the_right_password_from_the_permitted_address_alone(asterisk: RunningAsterisk) -> None:
    """Asterisk's deny and permit, as manager.conf has them."""
    own = asterisk.settings
    login = f"Action: Login\r\nUsername: {own.ami_user}\r\nSecret: {own.ami_secret}\r\n\r\n".encode()

    async def answer(source: str) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", own.ami_port, local_addr=(source, 0))
        try:
            await reader.readline()
            writer.write(login)
            async with asyncio.timeout(LIMIT_S):
                return await reader.readuntil(b"\r\n\r\n")
        finally:
            writer.close()
            await writer.wait_closed()

    assert b"Response: Success" in await answer("127.0.0.1")
    assert b"Authentication failed" in await answer("127.0.0.2")


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory, town: Path, valkey: Valkey) -> AsyncIterator[City]:
    async with hotline(tmp_path_factory.mktemp("city"), town, valkey, "strangers") as made:
        yield made


async def test_who_only_says_that_he_is_a_call_rings_nobody_for_long(city: City) -> None:
    """A session of a known address with the name of a call that Asterisk does not have: it is greeted and placed like
    any other, its ring finds no channel, and it is out of the line as soon as it is compared with Asterisk's calls. The
    operator is there for the next caller."""
    async with city.seated("asel") as asel, city.citizens() as street:
        port = int(city.settings.fastagi_listen.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        peer = AgiPeer(reader, writer)
        peer.answers["GET DATA"] = "200 result=0"  # straight to an operator
        writer.write(opening(7))
        serving = asyncio.create_task(peer.serve())
        try:
            await until(lambda: peer.ended.is_set() or any("StartMusicOnHold" in each for each in peer.commands), 60)
            call = "kezek-1795302765.7"

            async def over() -> bool:
                return bool((await city.queues.call(call)).end)

            await until(over, 60)
        finally:
            writer.close()
            serving.cancel()
            await asyncio.wait({serving})
        await asel.ready()
        citizen, ring = await street.talks(asel, "+77010000477")
        await citizen.hang_up()
        assert ring
