"""What became of an outage, from its first report to its end, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kezek_register.outage_types import Concerned, Outage


@dataclass(frozen=True, slots=True)
class Waited:
    """Seconds in the line of those who had a place in it; None where nobody had."""

    calls: int = 0
    mean_s: float | None = None
    p90_s: float | None = None
    longest_s: float | None = None


@dataclass(frozen=True, slots=True)
class NoticesTold:
    what: str
    channel: str
    state: str
    result: str
    number: int


@dataclass(frozen=True, slots=True)
class OutageReport:
    """`heard`: how the calls of those who heard of it ended, `saved` of them without an operator; `line`: how all calls
    ended while it lasted; `answers`: what households say of its end ('' is nothing yet); `still_out`: who ever said so,
    of ends that were taken back too; `tickets` by state; `nested`: what was left of it."""

    outage: Outage
    until: datetime  # its end, or now
    first_report_at: datetime | None = None
    suspected_at: datetime | None = None
    confirmed_at: datetime | None = None
    confirmed_by: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""
    concerned: Concerned = field(default_factory=Concerned)
    heard: Mapping[str, int] = field(default_factory=dict)
    heard_waited: Waited = Waited()
    line: Mapping[str, int] = field(default_factory=dict)
    line_waited: Waited = Waited()
    saved: int = 0
    tickets: Mapping[str, int] = field(default_factory=dict)
    notices: tuple[NoticesTold, ...] = ()
    answers: Mapping[str, int] = field(default_factory=dict)
    still_out: int = 0
    first_help: int = 0
    first_help_done: int = 0
    nested: tuple[int, ...] = ()


def waited(seconds: Sequence[float]) -> Waited:
    """The 90th percentile is of the nearest rank."""
    if not seconds:
        return Waited()
    ordered = sorted(seconds)
    rank = max(0, -(-9 * len(ordered) // 10) - 1)
    mean = sum(ordered) / len(ordered)
    return Waited(len(ordered), round(mean, 1), round(ordered[rank], 1), round(ordered[-1], 1))
