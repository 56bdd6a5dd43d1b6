"""What the history has of the day so far: for a wallboard whose feed was trimmed since midnight."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from kezek_api.tally import midnight_before
from kezek_register import Register
from kezek_register.types import CallRecord, Leg, OperatorTime


async def so_far(register: Register, zone: tzinfo) -> tuple[list[CallRecord], list[Leg], list[OperatorTime]]:
    """Since midnight by that zone's clock. Raises RegisterError."""
    now, history = datetime.now(UTC), register.history
    midnight = datetime.fromtimestamp(midnight_before(now.timestamp(), zone), UTC)
    calls = await history.cohort(midnight, now)
    return calls, await history.legs(midnight, now), await history.operator_times(midnight, now)
