"""What overload does to calls, in memory: the rung of the ladder, and what is taken down without an operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kezek_ivr.ports import Intake, Rungs
from kezek_queue.ladder.types import RungRules
from kezek_register.numbers import make
from kit.citizens import Slow


class TownRungs(Rungs):
    """`rules` may be changed while calls go on."""

    def __init__(self, rules: RungRules | None = None) -> None:
        self.rules = rules or RungRules()

    def now(self, queue: str) -> RungRules:
        return self.rules


class TownIntake(Slow, Intake):
    """`taken`: call -> its notes, as they were when it was taken down first."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: dict[str, Mapping[str, Any]] = {}
        self.numbers: dict[str, str] = {}

    async def register(self, call: str, notes: Mapping[str, Any]) -> str:
        await self.answer()
        self.taken.setdefault(call, dict(notes))
        return self.numbers.setdefault(call, make(2026, 500 + len(self.numbers)))
