"""Who is told when a ticket is late, and after how long. Pure; the hours are the site's rules (work_rules.py).

Executor, his head, the site's coordinator, the city: each once. Hours count from the deadline, by the clock. Whoever is
not there (no executor yet, no head) is left out, and the others are told at their own time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from kezek_register.deadlines import due_of
from kezek_register.duty_types import Organisation
from kezek_register.notice_types import NoticeChannel
from kezek_register.ticket_types import Escalation, EscalationStep, TicketMove
from kezek_register.types import Ticket
from kezek_register.worktime import WorkCalendar

Steps = tuple[tuple[EscalationStep, float], ...]  # with its hours
Contact = tuple[NoticeChannel, str]  # and its address

USUAL: Steps = (("executor", 0.0), ("head", 24.0), ("coordinator", 48.0), ("city", 72.0))
ACCIDENT: Steps = (("executor", 0.0), ("head", 1.0), ("coordinator", 2.0), ("city", 4.0))
NOBODY: Contact = ("none", "")


@dataclass(frozen=True, slots=True)
class Chain:
    """`coordinator` and `city`: the site's own, how they are told; executors and heads are told as they wish."""

    usual: Steps = USUAL
    accident: Steps = ACCIDENT
    coordinator: Contact = NOBODY
    city: Contact = NOBODY

    def steps(self, accident: bool) -> Steps:
        return self.accident if accident else self.usual


def round_of(moves: Sequence[TicketMove], step: EscalationStep) -> int:
    """Executors and heads are told again when it goes to another or is reopened; the site's own only when it is
    reopened: a ticket that is handed on while late keeps its deadline."""
    again = ("reopen", "assign", "hand_on") if step in ("executor", "head") else ("reopen",)
    return sum(move.move in again for move in moves)


def owed(
    ticket: Ticket,
    moves: Sequence[TicketMove],
    taken: Collection[tuple[EscalationStep, int]],
    heads: Sequence[Organisation],
    now: datetime,
    calendar: WorkCalendar,
    chain: Chain,
) -> list[Escalation]:
    """The steps that are to be taken now. `taken`: (step, round) of those that were; `heads`: the executor and those
    above him. Raises worktime.NoWorkingTime."""
    if ticket.state in ("reported", "closed", "refused"):
        return []

    def due_now(due_at: datetime | None) -> list[Escalation]:
        late_s = (now - due_at).total_seconds() if due_at else 0.0
        found = []
        for step, hours in chain.steps(ticket.accident) if late_s > 0 else ():
            turn = round_of(moves, step)
            told = _who(step, heads)
            if late_s >= hours * 3600 and told is not None and (step, turn) not in taken:
                found.append(Escalation(ticket.number, turn, step, told, late_s))
        return found

    # the stored deadline is enough to see that nothing is owed: of thousands that are late, nearly always
    if ticket.due_at is not None and not due_now(ticket.due_at):
        return []
    return due_now(due_of(ticket, moves, calendar))


def contact(channel: NoticeChannel, address: str, phone: str) -> Contact:
    """How an organisation is told: as it wishes, calls and texts without an address on its duty phone."""
    if channel in ("call", "sms"):
        address = address or phone
    return (channel, address) if channel != "none" and address else NOBODY


def contact_when_late(organisation: Organisation) -> Contact:
    """The same; whoever wishes to be told nothing is phoned then."""
    wished = contact(organisation.channel, organisation.address, organisation.phone)
    if wished != NOBODY:
        return wished
    return ("call", organisation.phone) if organisation.phone else NOBODY


def _who(step: EscalationStep, heads: Sequence[Organisation]) -> str | None:
    match step:
        case "executor":
            return heads[0].code if heads else None
        case "head":
            return heads[1].code if len(heads) > 1 else None
        case _:
            return ""
