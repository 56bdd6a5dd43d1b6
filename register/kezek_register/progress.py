"""How far a long piece of work has come, told to whoever looks. May be called from another thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """So much of this part is done; `unit`: rows | bytes | files."""

    part: str
    done: int
    total: int
    unit: str


Told = Callable[[Progress], None]


def untold(progress: Progress) -> None:
    """Nobody looks."""
