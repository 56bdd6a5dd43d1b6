"""The line with outages in it, by random stories in virtual time, on a real Redis and a register in SQLite: what holds
on the model and on books in memory holds there."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from kezek_register import Register
from kit.storm_books import Books, SqlBooks
from kit.storm_callers import Callers, now
from kit.storm_city import build
from kit.storm_lines import StoryLine
from kit.storm_machine import StormOnTheLine
from kit.valkey import Valkey
from kit.virtual_redis import RedisLine, RedisLoop
from kit.virtual_work import without_threads

EXAMPLES = 12


def test_whatever_happens_in_a_storm_the_register_ties_once_and_tells_once(
    tmp_path: Path, sqlite_template: Path, valkey: Valkey
) -> None:
    """P1, P5, P8, P9, P18."""
    blank, made = tmp_path / "city.db", 0
    shutil.copyfile(sqlite_template, blank)

    async def settle() -> None:
        async with Register.open(f"sqlite+aiosqlite:///{blank}") as register:
            await build(register)

    asyncio.run(settle())

    class Here(Callers):
        @classmethod
        def loop(cls) -> RedisLoop:
            return RedisLoop()

        @asynccontextmanager
        async def open_line(self) -> AsyncIterator[StoryLine]:
            async with RedisLine.open(valkey.url) as line:
                yield line

        @asynccontextmanager
        async def open_books(self) -> AsyncIterator[Books]:
            nonlocal made
            made += 1
            path = tmp_path / f"{made}.db"
            shutil.copyfile(blank, path)
            async with Register.open(f"sqlite+aiosqlite:///{path}", clock=now) as register:
                yield SqlBooks(register, now)

    class Machine(StormOnTheLine):
        callers_of = Here

    with without_threads():
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=EXAMPLES, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
