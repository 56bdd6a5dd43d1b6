"""For all tests: what was imported is not looked at again and again for garbage, a sixth of a run's time."""

from __future__ import annotations

import atexit
import gc

gc.set_threshold(50_000, 50, 1_000)  # while everything is imported
atexit.register(gc.freeze)  # nor in an end that frees all of it anyway


def pytest_collection_finish() -> None:
    """From here on a test's own leavings are collected soon, and a leak is told where it happened."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
