"""Virtual time for code that works in threads: each job is done where it is asked for, in no time, so that a real
register in SQLite and a story of a whole night play together in seconds, and always in the same order."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

import aiosqlite.core

from kit.virtual_time import VirtualTimeLoop

P = ParamSpec("P")
T = TypeVar("T")


class WorkingLoop(VirtualTimeLoop):
    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        job = self.create_future()
        _do(job, lambda: func(*args))
        return job


class _Jobs(SimpleQueue):  # type: ignore[type-arg]
    """Of a connection of aiosqlite: its thread has nothing to do but to end."""

    def put_nowait(self, item: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        job, work = item
        if job is None or not isinstance(job.get_loop(), WorkingLoop):
            super().put_nowait(item)
            return
        _do(job, work)
        if not job.exception() and job.result() is aiosqlite.core._STOP_RUNNING_SENTINEL:
            super().put_nowait((None, job.result))


def _do(job: asyncio.Future[Any], work: Callable[[], Any]) -> None:
    try:
        job.set_result(work())
    except Exception as error:  # noqa: BLE001 - whoever waits for it gets it
        job.set_exception(error)


@contextmanager
def without_threads() -> Iterator[None]:
    """Connections that aiosqlite makes meanwhile need none in a WorkingLoop."""
    module: Any = aiosqlite.core
    usual, module.SimpleQueue = module.SimpleQueue, _Jobs
    try:
        yield
    finally:
        module.SimpleQueue = usual


def run_working(story: Coroutine[Any, Any, T], *, limit: float = 3 * 86_400.0) -> T:
    """As `run_virtual`."""
    with without_threads(), asyncio.Runner(loop_factory=lambda: WorkingLoop(limit)) as runner:
        return runner.run(story)


def in_working_time(story: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """As `in_virtual_time`."""

    @functools.wraps(story)
    def test(*args: P.args, **kwargs: P.kwargs) -> T:
        return run_working(story(*args, **kwargs))

    return test
