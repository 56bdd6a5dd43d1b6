"""Counting tickets for a report. Pure: what SQL holds of each goes in, lines come out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from kezek_register.report_types import ReportBy, ReportLine
from kezek_register.ticket_types import OPEN, Deadline
from kezek_register.types import Ticket

_IN_ORDER: tuple[ReportBy, ...] = ("day", "month")


@dataclass(frozen=True, slots=True)
class Counted:
    """A ticket with what is worked out of its moves."""

    ticket: Ticket
    deadline: Deadline
    reopened: bool = False


def lines(by: ReportBy, counted: Iterable[Counted], key: Callable[[Ticket], str]) -> tuple[ReportLine, ...]:
    """One line for each key, the largest first; days and months in their order."""
    groups: dict[str, list[Counted]] = defaultdict(list)
    for each in counted:
        groups[key(each.ticket)].append(each)
    found = [line(name, group) for name, group in groups.items()]
    if by in _IN_ORDER:
        return tuple(sorted(found, key=lambda one: one.key))
    return tuple(sorted(found, key=lambda one: (-one.registered, one.key)))


def line(key: str, group: Sequence[Counted]) -> ReportLine:
    states = [each.ticket.state for each in group]
    clocks = [each.deadline.clock for each in group]
    hours = [
        (each.ticket.closed_at - each.ticket.created_at).total_seconds() / 3600
        for each in group
        if each.ticket.state == "closed" and each.ticket.closed_at and each.ticket.created_at
    ]
    return ReportLine(
        key=key,
        registered=len(group),
        open=sum(state in OPEN for state in states),
        closed=states.count("closed"),
        refused=states.count("refused"),
        on_time=clocks.count("met"),
        late=clocks.count("missed"),
        overdue=clocks.count("late"),
        reopened=sum(each.reopened for each in group),
        to_close_h=round(sum(hours) / len(hours), 1) if hours else None,
    )


def key_of(
    by: ReportBy, zone: tzinfo, codes: Callable[[int | None], str], areas: Callable[[int | None], str]
) -> Callable[[Ticket], str]:
    """What a ticket is counted under; `codes`: an organisation's code by its id, `areas`: a territory's."""

    def day(ticket: Ticket) -> str:
        return _local(ticket.created_at, zone, "%Y-%m-%d")

    keys: dict[ReportBy, Callable[[Ticket], str]] = {
        "kind": lambda ticket: ticket.kind,
        "topic": lambda ticket: ticket.topic,
        "organisation": lambda ticket: codes(ticket.organisation_id),
        "territory": lambda ticket: areas(ticket.territory_id),
        "channel": lambda ticket: ticket.channel,
        "operator": lambda ticket: ticket.operator,
        "day": day,
        "month": lambda ticket: day(ticket)[:7],
    }
    return keys[by]


def _local(at: datetime | None, zone: tzinfo, form: str) -> str:
    return at.astimezone(zone).strftime(form) if at is not None else ""
