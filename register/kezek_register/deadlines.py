"""When a ticket is due, and what its clock is doing. Pure: worked out of what the ticket is allowed and of its moves.

Three ways to count, from the moment the ticket was registered (or reopened):
- hours of an accident, by the clock: day and night, holidays too;
- hours of anything else, by the calendar: working time only;
- days: working days. The day of registration does not count; a day counts if the clock runs when that day closes, and
  the last one's closing is the deadline. (As civil codes count: a period of days begins on
  the day after, and never ends on a free one.)
While the ticket is paused nothing is counted. What was late before it was paused stays late.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from kezek_register.ticket_types import Deadline, State, TicketMove
from kezek_register.types import Ticket
from kezek_register.worktime import Span, WorkCalendar

Pause = tuple[datetime, datetime | None]  # from, and up to (not with it); None while it lasts

DONE: frozenset[State] = frozenset({"reported", "closed", "refused"})  # the executor's work is: his clock stands


def due(
    clock_from: datetime,
    calendar: WorkCalendar,
    *,
    hours: int | None = None,
    days: int | None = None,
    by_clock: bool = False,
    pauses: Sequence[Pause] = (),
) -> datetime | None:
    """The deadline, in UTC; None when nothing is allowed, or while a pause keeps it open. Hours go before days.

    `by_clock`: an accident's hours. Raises worktime.NoWorkingTime.
    """
    if hours is not None:
        return _after_hours(clock_from, timedelta(hours=max(0, hours)), calendar, by_clock, pauses)
    if days is not None:
        return _after_days(clock_from, max(1, days), calendar, pauses)
    return None


def deadline(ticket: Ticket, moves: Sequence[TicketMove], now: datetime, calendar: WorkCalendar) -> Deadline:
    """What the clock of a ticket is doing now. `moves`: all of them, in their order. Raises worktime.NoWorkingTime."""
    if ticket.clock_from is None or (ticket.allowed_hours is None and ticket.allowed_days is None):
        return Deadline("none")
    due_at = due_of(ticket, moves, calendar)
    if ticket.state in DONE:
        done = next((move.at for move in this_round(moves) if move.after in DONE), ticket.closed_at or now)
        return Deadline("met" if due_at is None or done <= due_at else "missed", due_at)
    if due_at is None:
        return Deadline("paused")
    left_s = (due_at - now).total_seconds()
    if left_s < 0:
        return Deadline("late", due_at, left_s)
    return Deadline("paused" if ticket.state == "paused" else "running", due_at, left_s)


def due_of(ticket: Ticket, moves: Sequence[TicketMove], calendar: WorkCalendar) -> datetime | None:
    """The deadline of a ticket with these moves. Raises worktime.NoWorkingTime."""
    if ticket.clock_from is None:
        return None
    return due(
        ticket.clock_from,
        calendar,
        hours=ticket.allowed_hours,
        days=ticket.allowed_days,
        by_clock=ticket.accident,
        pauses=pauses(this_round(moves)),
    )


def this_round(moves: Sequence[TicketMove]) -> Sequence[TicketMove]:
    """From the last reopening on: it sets the clock anew."""
    last = max((n for n, move in enumerate(moves) if move.move == "reopen"), default=0)
    return moves[last:]


def pauses(moves: Sequence[TicketMove]) -> list[Pause]:
    """When the ticket was paused in these moves."""
    found: list[Pause] = []
    began: datetime | None = None
    for move in moves:
        if move.after == "paused" and began is None:
            began = move.at
        elif move.after != "paused" and began is not None:
            found.append((began, move.at))
            began = None
    if began is not None:
        found.append((began, None))
    return found


def _after_hours(
    start: datetime, allowed: timedelta, calendar: WorkCalendar, by_clock: bool, pauses: Sequence[Pause]
) -> datetime | None:
    running = _running(start, pauses)
    left = allowed
    for begins, ends in running:
        if by_clock:
            if ends is None or ends - begins >= left:
                return (begins + left).astimezone(UTC)
            left -= ends - begins
            continue
        for opens, closes in calendar.from_(begins):
            if ends is not None and opens >= ends:
                break
            closes = closes if ends is None else min(closes, ends)
            if closes - opens >= left:
                return (opens + left).astimezone(UTC)
            left -= closes - opens
    return None


def _after_days(start: datetime, allowed: int, calendar: WorkCalendar, pauses: Sequence[Pause]) -> datetime | None:
    registered = start.astimezone(calendar.zone).date()
    left = allowed
    last: Span | None = None
    open_pause = next((began for began, ended in pauses if ended is None), None)
    for span in calendar.from_(start):
        if last is not None and _day(last, calendar) != _day(span, calendar):
            left -= _counts(last, registered, calendar, pauses)
            if left == 0:
                return last[1]
            if open_pause is not None and last[1] >= open_pause:
                return None
        last = span
    return None  # never: `from_` does not end but raises


def _counts(last: Span, registered: object, calendar: WorkCalendar, pauses: Sequence[Pause]) -> bool:
    """Whether a day counts, given its last span."""
    closing = last[1]
    if _day(last, calendar) == registered:
        return False
    return not any(began <= closing and (ended is None or closing < ended) for began, ended in pauses)


def _day(span: Span, calendar: WorkCalendar) -> object:
    return span[0].astimezone(calendar.zone).date()


def _running(start: datetime, pauses: Sequence[Pause]) -> Iterator[tuple[datetime, datetime | None]]:
    """The stretches from `start` on that no pause covers; the last one is open, if there is a last one."""
    at = start
    for began, ended in sorted(pauses, key=lambda pause: pause[0]):
        if began > at:
            yield at, began
        if ended is None:
            return
        at = max(at, ended)
    yield at, None
