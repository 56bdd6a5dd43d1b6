"""How much an endurance test does: what `make test` can afford, or all of it.

KEZEK_DRILL=long pytest tests/endurance
"""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")

LONG = os.environ.get("KEZEK_DRILL", "") == "long"


def size(short: T, long: T) -> T:
    return long if LONG else short
