"""Runs a coroutine to its first real wait at once: what never waits costs no task and no turn of the loop."""

from __future__ import annotations

import types
from collections.abc import Coroutine, Generator
from typing import Any


def begin(work: Coroutine[Any, Any, None]) -> Coroutine[Any, Any, None] | None:
    """None when `work` is done; else what is left of it, to be awaited in a task of its own. What it raises is raised.

    `work` must not ask which task it is in (no asyncio.timeout) before its first wait.
    """
    try:
        awaited = work.send(None)
    except StopIteration:
        return None

    async def rest() -> None:
        await _rest(awaited, work)

    return rest()


@types.coroutine
def _rest(awaited: Any, work: Coroutine[Any, Any, None]) -> Generator[Any, Any, None]:
    try:
        while True:
            try:
                sent = yield awaited
            except BaseException as error:  # noqa: BLE001 - handed on to where it belongs
                awaited = work.throw(error)
            else:
                awaited = work.send(sent)
    except StopIteration:
        return
