"""What the ladder climbs by, read off the wallboard's picture. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from kezek_api.shapes_figures import Wallboard
from kezek_queue.ladder.types import Measured
from kezek_queue.types import OperatorState

AT_WORK = (OperatorState.READY, OperatorState.OFFERED, OperatorState.TALKING, OperatorState.WRAP_UP)
ON_LINES = (OperatorState.OFFERED, OperatorState.TALKING)
MINUTES = 3  # whole ones that arrivals are counted over, with the present one


def measured_of(picture: Wallboard, *, lines: int, usual_min: float | None) -> Measured:
    """`lines`: that the trunk carries, 0 where nobody knows. Of several queues the longest honest wait counts; one
    where nobody works says nothing of it."""
    waiting = sum(load.waiting for load in picture.queues)
    waits = [load.wait_s for load in picture.queues if load.wait_s is not None]
    talks = sum(one.state in ON_LINES for one in picture.operators)
    return Measured(
        at=picture.at.timestamp(),
        waiting=waiting,
        operators=sum(one.state in AT_WORK and one.reachable for one in picture.operators),
        wait_s=max(waits, default=None),
        arrivals_min=arrivals(picture),
        free_trunks=max(0, lines - waiting - talks) if lines else None,
        usual_min=usual_min,
    )


def arrivals(picture: Wallboard) -> float:
    """A minute, over the last ones and what has passed of this one."""
    this = picture.at.replace(second=0, microsecond=0)
    first = this - timedelta(minutes=MINUTES)
    came = sum(one.offered for one in picture.chart if first <= _minute(one.minute) <= this)
    return came / (MINUTES + (picture.at - this).total_seconds() / 60)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
