"""Managers who listen to talks: one at a time each, by the leg to the manager's own phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from kezek_queue.types import NotAllowed
from kezek_telephony.types import LinkDown, Phone, Refused, SuperviseMode, TelephonyError


class Legs(Protocol):
    """The part of the switchboard that is wanted here."""

    async def supervise(self, call: str, operator_phone: str, *, phone: Phone, mode: SuperviseMode) -> str: ...

    async def stop_supervising(self, leg: str) -> None: ...


@dataclass(frozen=True, slots=True)
class _Listening:
    call: str
    leg: str


class Supervisors:
    def __init__(self) -> None:
        self._legs: Legs | None = None
        self._now: dict[str, _Listening] = {}

    def use(self, legs: Legs | None) -> None:
        """The exchange is there, or is not."""
        self._legs = legs

    async def begin(
        self, manager: str, phone: str, *, operator: str, call: str, operator_phone: str, mode: SuperviseMode
    ) -> None:
        """Raises NotAllowed when the phone cannot be rung or the talk is over, LinkDown when Asterisk is away."""
        legs = self._reached()
        present = self._now.get(manager)
        if present is not None and present.call != call:
            await self.end(manager)
        try:
            leg = await legs.supervise(call, operator_phone, phone=Phone(phone), mode=mode)
        except Refused as refused:
            raise NotAllowed(f"{operator} cannot be listened to: {refused}") from refused
        self._now[manager] = _Listening(call, leg)

    async def end(self, manager: str) -> None:
        """Nothing when he listens to nobody."""
        present = self._now.pop(manager, None)
        if present is not None:
            try:
                await self._reached().stop_supervising(present.leg)
            except LinkDown:
                self._now[manager] = present
                raise
            except TelephonyError:
                return  # the talk was over

    def _reached(self) -> Legs:
        if self._legs is None:
            raise LinkDown("Asterisk does not answer")
        return self._legs
