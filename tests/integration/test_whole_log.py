"""A node whose log cannot be written: calls go through, the loss is counted, and told when there is room again."""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from kit.api import until
from kit.tones import hears
from kit.valkey import Valkey
from kit.whole import City, hotline
from kit.whole_process import Process, serving

pytestmark = pytest.mark.timeout(120)

FREE = 64 * 1024 * 1024  # bytes: what the node's other files may have while its log is at its limit


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory, town: Path, valkey: Valkey) -> AsyncIterator[City]:
    async with hotline(tmp_path_factory.mktemp("city"), town, valkey, "whole-log", house=False) as made:
        yield made


@contextlib.contextmanager
def unread_pipe() -> Iterator[tuple[int, int]]:
    """Both ends of a pipe that is full to the brim."""
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"." * 64)
    os.set_blocking(writing, True)
    try:
        yield reading, writing
    finally:
        for end in (reading, writing):
            with contextlib.suppress(OSError):
                os.close(end)


async def a_call_goes_through(city: City, node: Process, caller: str) -> None:
    """From the dialling to the row of the history, which the books have written."""
    async with (
        city.seated("asel", base=node.base) as asel,
        city.head(base=node.base) as head,
        city.citizens() as street,
    ):
        citizen, ring = await street.talks(asel, caller)
        await hears(citizen, ring)
        await citizen.hang_up()
        await asel.state("wrap_up")
        row = await city.row(head, lambda row: row["caller"] == caller and row["end"])
        assert row["end"] == "answered"


async def lost(node: Process) -> float:
    async with httpx.AsyncClient(base_url=node.base, timeout=5) as client:
        told = (await client.get("/metrics")).text
    return next(float(line.split()[1]) for line in told.splitlines() if line.startswith("kezek_log_lines_lost_total"))


@pytest.mark.long
async def test_a_log_at_the_limit_of_its_file_costs_lines_alone(city: City, tmp_path: Path) -> None:
    """EFBIG and ENOSPC are one to a writer. The node's log alone is at its limit, its database is far below."""
    path = tmp_path / "node.log"
    with path.open("ab") as file:
        file.truncate(FREE)
        async with serving(city.settings, file.fileno()) as node:
            pid = node.process.pid
            before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (path.stat().st_size, before[1]))
            await a_call_goes_through(city, node, "+77010000301")
            assert await lost(node) > 0
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)

            def told() -> bool:
                return b"log_lines_lost" in path.read_bytes()[FREE:]

            await until(told, 30)


async def test_a_log_that_nobody_reads_costs_lines_alone(city: City) -> None:
    """A write to a full pipe does not fail: it waits for ever."""
    with unread_pipe() as (_, writing):
        async with serving(city.settings, writing) as node:
            await a_call_goes_through(city, node, "+77010000302")
            node.process.terminate()
            assert await node.process.wait() == 0, "it ends in order, too"


@pytest.mark.long
async def test_a_log_whose_reader_died_costs_lines_alone(city: City) -> None:
    with unread_pipe() as (reading, writing):
        os.close(reading)
        async with serving(city.settings, writing) as node:
            await a_call_goes_through(city, node, "+77010000303")
            assert await lost(node) > 0
