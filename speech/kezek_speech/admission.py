"""Admission control: one more stream only while the measured real-time factors leave room. Pure.

A real-time factor is seconds of work for one second of sound. Refusing one stream (its caller is asked in another
way) is better than slowing down all of them: past the capacity the lag of every stream grows without end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["free", "grammar"]
Refusal = Literal["", "ceiling", "load", "lag"]


@dataclass(frozen=True, slots=True)
class AdmissionSettings:
    streams: int  # ceiling, whatever is measured
    capacity: float  # seconds of work a second: threads times the share of them to be used
    free: float = 0.15  # real-time factor before anything is measured
    grammar: float = 0.04
    memory_seconds: float = 20.0  # of sound over which a measurement fades
    lag_seconds: float = 2.0  # a stream that is so late says that there is no room, whatever the factors are
    pressed_lag_seconds: float = 1.0  # from here on streams give way (`pressure`)
    pressed_load: float = 1.15  # of the capacity: the same


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

    def refusal(self, kind: Kind, lag_seconds: float = 0.0) -> Refusal:
        """Why one more stream cannot be admitted; '' when it can. `lag_seconds` is the most delayed stream's
        backlog."""
        if self.streams >= self._settings.streams:
            return "ceiling"
        if lag_seconds > self._settings.lag_seconds:
            return "lag"
        if self.streams and self.load + self._factor[kind] > self._settings.capacity:
            return "load"
        return ""

    def enter(self, kind: Kind, lag_seconds: float = 0.0) -> bool:
        """True: the stream is admitted and counted until `leave`."""
        if self.refusal(kind, lag_seconds):
            return False
        self._open[kind] += 1
        return True

    @property
    def load(self) -> float:
        """Seconds of work a second that the open streams make."""
        return sum(self._factor[each] * count for each, count in self._open.items())

    def pressed(self, lag_seconds: float) -> bool:
        """Whether it is time that streams give way. One stream alone may be as slow as the machine is, as long as it
        keeps up."""
        if lag_seconds > self._settings.pressed_lag_seconds:
            return True
        return self.streams > 1 and self.load > self._settings.capacity * self._settings.pressed_load

    def turn(self) -> None:
        """A free stream has become a grammar."""
        self._open["free"] -= 1
        self._open["grammar"] += 1

    def leave(self, kind: Kind) -> None:
        self._open[kind] -= 1

    def measured(self, kind: Kind, sound_seconds: float, work_seconds: float) -> None:
        if sound_seconds <= 0:
            return
        weight = min(1.0, sound_seconds / self._settings.memory_seconds)
        self._factor[kind] += weight * (work_seconds / sound_seconds - self._factor[kind])
