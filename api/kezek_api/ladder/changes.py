"""Between the line's rung, its event and its history in SQL."""

from __future__ import annotations

from datetime import UTC, datetime

from kezek_queue import FeedEvent, Rung
from kezek_queue.ladder.types import RUNGS
from kezek_register.rung_types import RungChange


def change_of(event: FeedEvent) -> RungChange:
    """Of an event of kind RUNG."""
    told = event.data
    return RungChange(
        n=int(told["n"]),
        at=datetime.fromtimestamp(event.at, UTC),
        name=str(told["name"]),
        by=str(told["by"]),
        since=datetime.fromtimestamp(float(told["since"]), UTC),
        why=str(told["why"]),
        because=dict(told["because"]),
        held=bool(told["held"]),
    )


def rung_of(change: RungChange) -> Rung | None:
    """None for a name that this program does not know."""
    return next(
        (
            Rung(
                name=name,
                since=change.since.timestamp(),
                by=change.by,
                why=change.why,
                held=change.held,
                n=change.n,
                because=dict(change.because),
                at=change.at.timestamp(),
            )
            for name in RUNGS
            if name == change.name
        ),
        None,
    )
