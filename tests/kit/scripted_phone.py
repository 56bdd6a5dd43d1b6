"""How a telephone behaves that is not there: an operator's, a supervisor's, or any number outside."""

from __future__ import annotations

from dataclasses import dataclass

NEVER = float("inf")


@dataclass(frozen=True)
class Phone:
    """Times in seconds. `talks`: until this end hangs up; NEVER: the other one does.

    holds: (how long after it was picked up, for how long) it puts the caller on hold by its own key
    """

    answers_after: float = 2.0
    talks: float = 30.0
    busy: bool = False
    declines: bool = False  # refuses when it would have answered
    registered: bool = True  # of a number outside: it exists
    holds: tuple[tuple[float, float], ...] = ()


NOBODY = Phone(registered=False)
