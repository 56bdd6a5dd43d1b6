"""The ladder of overload as plain values: rungs, what is measured, what each rung does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

RungName = Literal["normal", "elevated", "overload", "emergency"]
RUNGS: tuple[RungName, ...] = ("normal", "elevated", "overload", "emergency")  # from calm to the worst
RULE = "rule"  # who changed it, where nobody did
CallbackOffer = Literal["rules", "everyone", "none"]


@dataclass(frozen=True, slots=True)
class Measured:
    """The line at `at` (unix s). `waiting`: callers in the line; `operators`: who can take calls (ready,
    talking, wrapping up; not paused); `wait_s`: the honest wait of one who comes now, None where it cannot be said;
    `arrivals_min`: calls a minute over the last minutes; `free_trunks`: None where nobody knows how many there are;
    `usual_min`: calls a minute that are usual at this hour, None without a history."""

    at: float
    waiting: int
    operators: int
    wait_s: float | None
    arrivals_min: float
    free_trunks: int | None = None
    usual_min: float | None = None


@dataclass(frozen=True, slots=True)
class Climb:
    """A rung is reached when any of these is at or over (free_trunks: at or under) for `up_s`, and left when all of
    them are under `down` times the threshold (over it, for trunks) for `down_s`. None: not looked at."""

    waiting_per_operator: float | None = None
    wait_s: float | None = None
    arrivals_times_usual: float | None = None
    free_trunks: int | None = None
    up_s: float = 30.0
    down: float = 0.6
    down_s: float = 300.0


@dataclass(frozen=True, slots=True)
class RungRules:
    """What a rung does. `first`: prompts or bulletins' codes said before anything else; `callback`: who is offered one
    ('rules': as the site's rules say, 'everyone' at once, 'none'); `record`: topics (with those below them) that go to
    recorded intake, speech to ticket, without an operator; `divert`: queue -> the number of a neighbouring community
    that takes its calls over, for callers from outside an emergency; `second_line`: its operators join these queues;
    `call_in`: lists of off-shift people who are telephoned; `packs`: topic packs that are on ('curfew', ...).

    Emergencies, silent callers and those in danger are on no rung."""

    climb: Climb = Climb()
    first: tuple[str, ...] = ()
    callback: CallbackOffer = "rules"
    record: tuple[str, ...] = ()
    divert: Mapping[str, str] = field(default_factory=dict)
    second_line: tuple[str, ...] = ()
    call_in: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    told_last: bool = False  # who has heard of his outage and stays goes after all who have not
    reserve: float = 0.0  # free operators kept for emergencies, of those at work in a queue
    reserve_behind: float = 0.0  # besides, kept from those who have heard of their outage and stay (`told_last`)
    names: Mapping[str, str] = field(default_factory=dict)  # language -> its name
    does: Mapping[str, str] = field(default_factory=dict)  # language -> what it does, in one sentence
    topics: Mapping[str, str] = field(default_factory=dict)  # of its packs: digit of the menu -> topic
    spared: frozenset[str] = frozenset()  # topics of which an emergency service is told: their callers are on no rung


@dataclass(frozen=True, slots=True)
class Rung:
    """The rung of a site at one moment. `since`: when it came to this rung, `at`: when it was changed last, unix s; 0
    of a line on which nobody ever changed it. `n` grows with every change, also over a server that came back empty: a
    change names the one it was made of. `by`: a login, or 'rule'; `why`: a person's words; `because`: a rule's, as data
    (climb.py); `held`: by hand: rules move it no lower (and no higher) until somebody lets go."""

    name: RungName = "normal"
    since: float = 0.0
    by: str = RULE
    why: str = ""
    held: bool = False
    n: int = 0
    because: Mapping[str, Any] = field(default_factory=dict)
    at: float = 0.0
