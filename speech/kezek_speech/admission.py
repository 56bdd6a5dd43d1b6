"""Admission control: one more stream only while the measured real-time factors leave room. Pure.

A real-time factor is seconds of work for one second of sound. Refusing one stream (its caller is asked in another
way) is better than slowing down all of them: past the capacity the lag of every stream grows without end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["free", "grammar"]


@dataclass(frozen=True, slots=True)
class AdmissionSettings:
    streams: int  # ceiling, whatever is measured
    capacity: float  # seconds of work a second: threads times the share of them to be used
    free: float = 0.15  # real-time factor before anything is measured
    grammar: float = 0.04
    memory_seconds: float = 20.0  # of sound over which a measurement fades
    lag_seconds: float = 2.0  # a stream that is so late says that there is no room, whatever the factors are


class Admission:
    def __init__(self, settings: AdmissionSettings) -> None:
        self._settings = settings
        self._factor: dict[Kind, float] = {"free": settings.free, "grammar": settings.grammar}
        self._open: dict[Kind, int] = {"free": 0, "grammar": 0}

    @property
    def streams(self) -> int:
        return sum(self._open.values())

    @property
    def factors(self) -> dict[Kind, float]:
        return dict(self._factor)

    def enter(self, kind: Kind, lag_seconds: float = 0.0) -> bool:
        """True: the stream is admitted and counted until `leave`. `lag_seconds` is the most delayed stream's
        backlog."""
        if self.streams >= self._settings.streams or lag_seconds > self._settings.lag_seconds:
            return False
        load = sum(self._factor[each] * count for each, count in self._open.items()) + self._factor[kind]
        if load > self._settings.capacity and self.streams:
            return False
        self._open[kind] += 1
        return True

    def leave(self, kind: Kind) -> None:
        self._open[kind] -= 1

    def measured(self, kind: Kind, sound_seconds: float, work_seconds: float) -> None:
        if sound_seconds <= 0:
            return
        weight = min(1.0, sound_seconds / self._settings.memory_seconds)
        self._factor[kind] += weight * (work_seconds / sound_seconds - self._factor[kind])
