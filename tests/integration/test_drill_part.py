"""A part of a drill: what a fault ends stays dead, what dies by itself is started again, nothing is left."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from kezek_api.drill.part import Part, descendants

LIMIT_S = 20.0
LIVES = "import time; print('here', flush=True); time.sleep(600)"
WRITES = """
import sys, time
full = False
while True:
    try:
        print('x' * 80, flush=True)
        ok = True
    except OSError:
        ok = False
    open(sys.argv[1], 'w').close() if ok else open(sys.argv[2], 'w').close()
    time.sleep(0.01)
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(600)"
DRILL = """
import asyncio, sys
from pathlib import Path
from kezek_api.drill.part import Part
async def main():
    part = Part('child', ['sleep', '600'], Path(sys.argv[1]), environment={'PATH': '/usr/bin:/bin'})
    await part.start()
    print(part.pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110 - other processes
            await asyncio.sleep(0.02)


@asynccontextmanager
async def running(folder: Path, program: str, *more: str) -> AsyncIterator[Part]:
    part = Part("it", [sys.executable, "-c", program, *more], folder / "it.log", environment=os.environ)
    await part.start()
    try:
        await until(part.tail)
        yield part
    finally:
        await part.kill()


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


async def test_what_is_killed_stays_dead_until_it_is_started(tmp_path: Path) -> None:
    async with running(tmp_path, LIVES) as part:
        first = part.pid
        await part.kill()
        assert (part.alive, part.pid, is_there(first)) == (False, 0, False)
        await part.start()
        assert part.alive
        assert part.pid not in (0, first)
        assert part.unasked_deaths == []


async def test_what_dies_by_itself_is_started_again_and_counted(tmp_path: Path) -> None:
    async with running(tmp_path, LIVES) as part:
        first = part.pid
        os.kill(first, signal.SIGKILL)
        await until(lambda: part.pid not in (0, first))
        (death,) = part.unasked_deaths
        assert (death.part, death.code) == ("it", -signal.SIGKILL)
        assert "here" in death.tail


async def test_whoever_asks_is_told_of_each_birth_and_death(tmp_path: Path) -> None:
    told: list[bool] = []

    async def changed(lives: bool) -> None:
        told.append(lives)

    command = [sys.executable, "-c", LIVES]
    part = Part("it", command, tmp_path / "it.log", environment=os.environ, changed=changed)
    await part.start()
    os.kill(part.pid, signal.SIGKILL)
    await until(lambda: len(told) == 3)
    await part.kill()
    assert told == [True, False, True, False]


async def test_a_frozen_part_is_there_and_does_nothing_and_can_be_killed(tmp_path: Path) -> None:
    async with running(tmp_path, WRITES, str(tmp_path / "ok"), str(tmp_path / "full")) as part:
        await part.freeze()
        size = part.log.stat().st_size
        assert part.alive
        await asyncio.sleep(0.2)
        assert part.log.stat().st_size == size
        part.thaw()
        await until(lambda: part.log.stat().st_size > size)
        await part.freeze()
        await part.kill()
        assert not part.alive


async def test_a_full_log_takes_nothing_more_until_it_is_mended(tmp_path: Path) -> None:
    full = tmp_path / "full"
    async with running(tmp_path, WRITES, str(tmp_path / "ok"), str(full)) as part:
        part.fill_log()
        await until(full.exists)
        size = part.log.stat().st_size
        full.unlink()
        await until(full.exists)
        assert part.log.stat().st_size == size
        part.fill_log(False)
        await until(lambda: part.log.stat().st_size > size)
        assert part.unasked_deaths == []


async def test_one_that_does_not_end_when_it_is_told_is_killed(tmp_path: Path) -> None:
    async with running(tmp_path, DEAF) as part:
        part.terminate()
        assert not await part.ended(0.2)
        assert not part.alive
    async with running(tmp_path, LIVES) as part:
        part.terminate()
        assert await part.ended(LIMIT_S)
        assert part.unasked_deaths == []


async def test_nothing_outlives_a_drill_that_is_killed(tmp_path: Path) -> None:
    drill = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DRILL, str(tmp_path / "child.log"), stdout=asyncio.subprocess.PIPE
    )
    assert drill.stdout
    async with asyncio.timeout(LIMIT_S):
        child = int(await drill.stdout.readline())
    assert descendants(drill.pid) == [child]
    drill.kill()
    await drill.wait()
    await until(lambda: not is_there(child))
