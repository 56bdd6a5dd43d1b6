"""Work on tickets as plain values: kinds, states, moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

TicketKind = Literal["incident", "complaint", "consultation", "suggestion", "thanks"]
Channel = Literal["call", "web", "open311", "email", "messenger", "executor", "manual"]
State = Literal["registered", "assigned", "accepted", "paused", "reported", "closed", "refused"]
Move = Literal[
    "register", "route", "assign", "hand_on", "accept", "pause", "resume", "report", "verify", "close", "reopen",
    "refuse",
]  # fmt: skip
Verified = Literal["", "yes", "no", "unreached"]
Clock = Literal["none", "running", "paused", "late", "met", "missed"]
EscalationStep = Literal["executor", "head", "coordinator", "city"]

OPEN: tuple[State, ...] = ("registered", "assigned", "accepted", "paused", "reported")


@dataclass(frozen=True, slots=True)
class TicketMove:
    """One move: who, when, why. `organisation`: the code of whom it went to, '' else."""

    at: datetime
    who: str
    move: Move
    before: State
    after: State
    organisation: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class TicketNote:
    at: datetime
    who: str
    text: str
    public: bool = False


@dataclass(frozen=True, slots=True)
class TicketPhoto:
    id: int
    at: datetime
    who: str
    file: str
    media_type: str
    size: int  # bytes
    words: str = ""


@dataclass(frozen=True, slots=True)
class TicketLink:
    number: str  # the other ticket's
    how: Literal["duplicate", "related", "repeat"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """`clock`: what the deadline is doing now; `due_at` None without one, or while it is paused; `left_s`: until then,
    negative when late, None where there is no clock."""

    clock: Clock
    due_at: datetime | None = None
    left_s: float | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """A step of the chain that is to be taken now, or was taken."""

    number: str
    round: int
    step: EscalationStep
    organisation: str  # code of the one who is told, '' for the site's own coordinator and city
    late_s: float
    at: datetime | None = None
    notice_key: str = ""


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets of a list; what is left as it is asks for nothing. Those asked for together must all be true.

    `state`: one of them, or 'open' for all that are not ended; `topic`: with all below it; `organisation`: a code;
    `territory`: an id, with all below it; `operator`: a login; `text`: a number, or a part of what was said and noted;
    since/until: registered in [since, until)."""

    state: str = ""
    kind: str = ""
    topic: str = ""
    organisation: str = ""
    territory: int | None = None
    street: int | None = None
    building: int | None = None
    household: int | None = None
    outage: int | None = None
    channel: str = ""
    operator: str = ""
    text: str = ""
    late: bool = False
    unassigned: bool = False  # open, and nobody answers for it yet
    unconfirmed: bool = False
    accident: bool = False
    since: datetime | None = None
    until: datetime | None = None
