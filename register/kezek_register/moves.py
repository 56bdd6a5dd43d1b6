"""What may become of a ticket, and who may do it. Pure.

             route               assign, hand_on        accept          report          verify, close
 (new) --> registered <------------- assigned ---------> accepted -------> reported -------> closed
               |    --------------->    ^                |     ^              |                |
               |                        |          pause v     | resume       |                |
               |                        |               paused               | reopen         | reopen
               v                        +------------------------------------+----------------+
            refused
The first line takes (register) and answers what needs no executor (close); the second line routes (assign, refuse);
the executor accepts, pauses, reports, hands on; the citizen says whether it is done (verify, reopen).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kezek_register.ticket_types import Move, State
from kezek_register.types import Conflict, Staff

MoverRole = Literal["operator", "second_line", "manager", "executor", "citizen", "kezek"]

NEEDS_WHY: frozenset[Move] = frozenset({"pause", "refuse", "hand_on"})
TO_ORGANISATION: frozenset[Move] = frozenset({"assign", "hand_on"})
ENDED: frozenset[State] = frozenset({"closed", "refused"})
AT_WORK: tuple[State, ...] = ("assigned", "accepted", "paused")  # an executor has it


class MoveRefused(Conflict):
    """This move is not for this state, not for this person, or lacks what it needs."""

    code = "move_not_allowed"


@dataclass(frozen=True, slots=True)
class Mover:
    """Who moves a ticket. `who`: a login; 'citizen', 'kezek', or a channel's name. An executor has an organisation."""

    who: str
    role: MoverRole
    organisation_id: int | None = None


KEZEK = Mover("kezek", "kezek")
CITIZEN = Mover("citizen", "citizen")

_ROUTERS: frozenset[MoverRole] = frozenset({"second_line", "manager", "kezek"})
_WORKERS: frozenset[MoverRole] = _ROUTERS | {"executor"}
_STAFF: frozenset[MoverRole] = _ROUTERS | {"operator"}
_ALL: frozenset[MoverRole] = _STAFF | {"citizen"}

# move -> state before -> (state after, who may)
_MOVES: dict[Move, dict[State, tuple[State, frozenset[MoverRole]]]] = {
    "route": {"registered": ("registered", _STAFF), **dict.fromkeys(AT_WORK, ("registered", _WORKERS))},
    "assign": dict.fromkeys(("registered", *AT_WORK), ("assigned", _ROUTERS)),
    "hand_on": dict.fromkeys(AT_WORK, ("assigned", _WORKERS)),
    "accept": {"assigned": ("accepted", _WORKERS)},
    "pause": dict.fromkeys(("assigned", "accepted"), ("paused", _WORKERS)),
    "resume": {"paused": ("accepted", _WORKERS)},
    "report": {"registered": ("reported", _ROUTERS), **dict.fromkeys(AT_WORK, ("reported", _WORKERS))},
    "verify": {"reported": ("closed", _ALL)},
    "close": {
        "registered": ("closed", _STAFF),
        "reported": ("closed", _STAFF),
        **dict.fromkeys(AT_WORK, ("closed", _ROUTERS)),
    },
    "reopen": {
        **dict.fromkeys(("reported", "closed"), ("assigned", _ALL)),
        "refused": ("assigned", _STAFF),
    },
    "refuse": {"registered": ("refused", _STAFF), **dict.fromkeys(AT_WORK, ("refused", _ROUTERS))},
}


def mover_of(staff: Staff) -> Mover:
    """A member of the staff as one who moves tickets."""
    if staff.role == "operator":
        return Mover(staff.login, "second_line" if staff.second_line else "operator")
    return Mover(staff.login, staff.role, staff.organisation_id if staff.role == "executor" else None)


def after(
    state: State,
    move: Move,
    mover: Mover,
    *,
    executor: int | None,
    organisation: int | None = None,
    why: str = "",
) -> State:
    """The state after the move. `executor`: the organisation that has the ticket; `organisation`: to whom it goes.

    A reopened ticket is its executor's again; one that never had any waits for the second line. Raises MoveRefused.
    """
    found = _MOVES.get(move, {}).get(state)
    if found is None:
        raise MoveRefused(f"a ticket that is {state} does not take {move}")
    then, roles = found
    if mover.role not in roles:
        raise MoveRefused(f"{move} is not for the {mover.role}")
    if mover.role == "executor" and (mover.organisation_id is None or mover.organisation_id != executor):
        raise MoveRefused("it is another organisation's ticket")
    if move in NEEDS_WHY and not why.strip():
        raise MoveRefused(f"{move} needs its reason")
    if move in TO_ORGANISATION:
        if organisation is None:
            raise MoveRefused(f"{move} needs an organisation")
        if organisation == executor and state != "registered":
            raise MoveRefused("it is with this organisation already")
    elif organisation is not None:
        raise MoveRefused(f"{move} goes to no organisation")
    if move == "reopen" and executor is None:
        return "registered"
    return then


def allowed(state: State, mover: Mover, executor: int | None = None) -> tuple[Move, ...]:
    """The moves that this person has, for the buttons of a page; what they need is not asked yet."""
    if mover.role == "executor" and (mover.organisation_id is None or mover.organisation_id != executor):
        return ()
    return tuple(move for move, states in _MOVES.items() if state in states and mover.role in states[state][1])
