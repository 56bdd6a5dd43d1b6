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
        self._nap: asyncio.Timeout | None = None

    def set(self) -> None:
        super().set()
        nap, self._nap = self._nap, None
        if nap is not None:
            nap.reschedule(0.0)

    async def or_(self, other: Coroutine[Any, Any, T]) -> T | None:
        """The result of `other`; None, and `other` is cancelled, when the bell rings first. One caller at a time."""
        nap = asyncio.timeout(None)
        try:
            async with nap:
                self._nap = nap
                return await other
        except TimeoutError:
            if not nap.expired():
                raise
            return None
        finally:
            self._nap = None
