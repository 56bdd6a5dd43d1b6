"""An event that interrupts: whoever waits for something else stops waiting in the next turn of the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Bell(asyncio.Event):
    """`set` wakes those who `wait`, and the one who waits by `or_`. Two tasks raced against each other do the same, but
    take six turns of the loop to tell; at fifty calls a second a turn is what an operator's phone waits for."""

    def __init__(self) -> None:
        super().__init__()
        self._waits: asyncio.Task[Any] | None = None
        self._rang = False  # it has interrupted the one who waits by `or_`

    def set(self) -> None:
        super().set()
        task, self._waits = self._waits, None
        if task is not None:
            self._rang = True
            task.cancel()

    async def or_(self, other: Coroutine[Any, Any, T]) -> T | None:
        """The result of `other`; None, and `other` is cancelled, when the bell rings first. One caller at a time.

        Somebody else's cancellation goes through, as with asyncio.timeout: by the count that Task.uncancel keeps.
        """
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs is in a task
        before, self._waits, self._rang = task.cancelling(), task, False
        try:
            result = await other
        except asyncio.CancelledError:
            if self._quiet(task) <= before and self._rang:
                return None
            raise
        except BaseException:
            self._quiet(task)
            raise
        self._quiet(task)
        return result

    def _quiet(self, task: asyncio.Task[Any]) -> int:
        """Our own cancellation is taken back; how many others stand."""
        self._waits = None
        return task.uncancel() if self._rang else task.cancelling()
