"""An event loop whose clock jumps: when nothing is ready, time goes at once to the next timer.

A story of thirty minutes takes milliseconds, always in the same order. It is for code without I/O and without threads.
A story that would wait for ever (nothing ready and no timer left) raises `WouldHang` instead.
"""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

import pytest

P = ParamSpec("P")
T = TypeVar("T")

EPOCH = 1_800_000_000.0  # unix seconds at the loop's time 0: a Friday in January 2027, 08:00 UTC


class WouldHang(RuntimeError):
    """Every task waits for something that nobody will do."""


class _JumpingSelector(selectors.DefaultSelector):
    """Waits for nothing: the time it should have waited is added to the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0
        self.turns = 0
        self.limit = float("inf")

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.turns += 1
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if timeout is None:
            raise WouldHang("nothing is ready and no timer is set")
        if self.passed + timeout > self.limit:
            self.limit = float("inf")  # the tasks' own clean-up still runs
            raise WouldHang("the story's time limit passed")
        self.passed += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self, limit: float = float("inf"), selector: _JumpingSelector | None = None) -> None:
        self._jumping = selector or _JumpingSelector()
        self._jumping.limit = limit
        super().__init__(self._jumping)
        self._clock_resolution = 1e-6  # floats of long stories never stall between two timers

    def time(self) -> float:
        return self._jumping.passed

    @property
    def turns(self) -> int:
        """How often the loop has looked for something to do."""
        return self._jumping.turns

    @property
    def timers(self) -> int:
        """Those that will go off."""
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        return sum(not timer.cancelled() for timer in scheduled)


def virtual_now() -> float:
    """Unix seconds of the running story: hand it to code that wants a wall clock."""
    return EPOCH + asyncio.get_running_loop().time()


def run_virtual(story: Coroutine[Any, Any, T], *, limit: float = 86_400.0) -> T:
    """Play a story to its end and return what it returns.

    `limit` is in virtual seconds: past it WouldHang is raised: a story kept going by its own timers ends too.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualTimeLoop(limit)) as runner:
        return runner.run(story)


def in_virtual_time(story: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Make an `async def test_...` a test that runs in virtual time. Its fixtures must not be async."""

    @functools.wraps(story)
    def test(*args: P.args, **kwargs: P.kwargs) -> T:
        return run_virtual(story(*args, **kwargs))

    return test


@pytest.fixture(name="run_virtual")
def run_virtual_fixture() -> Callable[..., Any]:
    """`run_virtual` as a fixture, for tests that would rather not import it."""
    return run_virtual
