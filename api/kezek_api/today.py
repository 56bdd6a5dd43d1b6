"""What the history has of the day so far: for a wallboard whose feed was trimmed since midnight."""

from __future__ import annotations

from datetime import datetime

from kezek_register import Register
from kezek_register.types import CallRecord, Leg, OperatorTime


async def today(
    register: Register, midnight: datetime, now: datetime
) -> tuple[list[CallRecord], list[Leg], list[OperatorTime]]:
    """What the history has of the day so far."""
    history = register.history
    calls = await history.cohort(midnight, now)
    return calls, await history.legs(midnight, now), await history.operator_times(midnight, now)
