"""The log: a line that cannot be written is lost and counted, and nobody waits for it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kezek_api.log_writer import LONGEST, LogWriter

LIMIT_S = 10.0


def until(condition: Callable[[], object]) -> None:
    ends = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < ends, "not in time"
        time.sleep(0.01)


def full(descriptor: int) -> None:
    """Nothing more goes into this pipe until it is read."""
    fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(descriptor, False)
    try:
        while True:
            os.write(descriptor, b"." * 64)
    except BlockingIOError:
        pass
    os.set_blocking(descriptor, True)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    for end in (reading, writing):
        with contextlib.suppress(OSError):
            os.close(end)


def writer_on(descriptor: int, lines: int = 100) -> LogWriter:
    return LogWriter(descriptor, lambda count: f"lost {count}", lines=lines)


def test_lines_are_written_in_their_order(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as file:
        writer = writer_on(file.fileno(), 1000)
        for number in range(500):
            writer.put(f"line {number}")
        writer.put("x" * (LONGEST + 1))
        writer.close(LIMIT_S)
        writer.put("after the end")
    told = (tmp_path / "log").read_text().splitlines()
    assert told[:500] == [f"line {number}" for number in range(500)]
    assert len(told[500]) == LONGEST + 4, "a line has its limit"
    assert writer.lost == 1


def test_a_pipe_that_nobody_reads_costs_lines_alone(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    full(writing)
    writer = writer_on(writing)
    for number in range(1000):
        writer.put(f"line {number}")
    assert writer.lost >= 899, "the store holds a hundred, and one is being written"
    read = b""
    while b"lost" not in read:  # read again, it tells
        read += os.read(reading, 4096)
    writer.put("and on")
    while b"and on" not in read:
        read += os.read(reading, 4096)
    writer.close(LIMIT_S)
    told = read.decode().strip(".").splitlines()
    counted = sum(int(line.split()[1]) for line in told if line.startswith("lost"))
    assert counted == writer.lost
    assert counted + sum(line.startswith("line") for line in told) == 1000


def test_a_dead_reader_breaks_nothing(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    os.close(reading)
    writer = writer_on(writing)
    for number in range(10):
        writer.put(f"line {number}")
    until(lambda: writer.lost == 10)
    writer.close(LIMIT_S)


def test_an_output_that_does_not_block_is_waited_for(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    full(writing)
    os.set_blocking(writing, False)
    writer = writer_on(writing)
    writer.put("late")
    read = b""
    while b"late" not in read:
        read += os.read(reading, 4096)
    assert writer.lost == 0
    writer.close(LIMIT_S)


def test_a_full_disk_tears_a_line_and_the_next_one_begins_anew(tmp_path: Path) -> None:
    """EFBIG stands for ENOSPC: the same end of the same write."""
    script = f"""
import resource, sys
from kezek_api.log_writer import LogWriter
out = open({str(tmp_path / "log")!r}, "ab", buffering=0)
writer = LogWriter(out.fileno(), lambda count: f"lost {{count}}")
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
for number in range(20):
    writer.put(f"line {{number:06}}")
writer.flush(10)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
writer.put("and on")
writer.close(10)
print(writer.lost)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    told = (tmp_path / "log").read_text().splitlines()
    whole = [line for line in told if line.startswith("line") and len(line) == 11]
    assert ran.stdout.strip() == str(20 - len(whole))
    assert told[-2:] == [f"lost {20 - len(whole)}", "and on"]
    assert len(told) - len(whole) - 2 <= 1, "one torn line at most, alone on its line"


def test_what_is_told_of_an_error_holds_none_of_its_values(tmp_path: Path) -> None:
    """No number and no word of a caller is in a log: neither in a message nor in a variable (docs/architecture.md)."""
    script = """
import asyncio, gc, logging, warnings
import structlog
from kezek_api import logs
def look(number):
    return {}[number]
with logs.kept():
    print("printed")
    warnings.warn("deprecated")
    logging.getLogger("asyncio").error("plain %s", "words")
    try:
        look("77015550101")
    except KeyError:
        structlog.get_logger("x").exception("call_failed", call="c1")
    async def fails():
        look("77015550102")
    async def main():
        task = asyncio.create_task(fails())
        await asyncio.sleep(0.01)
        del task
        gc.collect()
    asyncio.run(main())
    raise RuntimeError("77015550103")
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert "7701555" not in ran.stdout + ran.stderr
    for told in ("printed", "deprecated", "plain words", "call_failed", "KeyError", "in look", "never retrieved"):
        assert told in ran.stdout
    assert "process_failed" in ran.stdout
    assert ran.stderr == ""


def test_a_limit_is_this_process_own() -> None:
    """The tests above must not leave one behind."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    assert all(thread.name != "log" or thread.daemon for thread in threading.enumerate())
