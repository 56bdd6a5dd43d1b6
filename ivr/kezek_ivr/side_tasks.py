"""Tasks that live no longer than a block, and whose failures are looked at by result, not raised in a group."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def running(*work: Coroutine[Any, Any, Any]) -> AsyncIterator[list[asyncio.Task[Any]]]:
    """Start these beside the block; at its end they are cancelled and awaited, whatever they raise."""
    tasks = [
        asyncio.create_task(each)  # not a TaskGroup: it would wrap the block's HungUp in an ExceptionGroup
        for each in work
    ]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
