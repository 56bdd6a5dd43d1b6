"""Outages and planned works as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kezek_register.areas import Area
from kezek_register.notice_types import Notice
from kezek_register.ticket_types import Verified
from kezek_register.types import Conflict, RegisterError

OutageState = Literal["draft", "announced", "restored", "cancelled"]
Level = Literal[3, 2, 1]  # planned, internal, external
CallOutAnswer = Literal["", "comes", "unreached", "no_number"]

CAUSES = (
    "unknown", "planned_work", "burst_pipe", "cable_fault", "substation_fault", "boiler_fault", "storm", "flood",
    "fire", "third_party", "no_supply", "attack", "other",
)  # fmt: skip


class BadOutage(RegisterError, ValueError):
    """What it says of itself cannot be: no area, an end before its beginning, an unknown cause."""

    code = "bad_outage"


class OutageOver(Conflict):
    """It is restored or cancelled already, or was never announced: nothing can be tied to it or changed."""

    code = "outage_over"


@dataclass(frozen=True, slots=True)
class Expectation:
    at: datetime
    who: str
    expected_at: datetime | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class OutageStep:
    """A line of the checklist, or one to be called out; its words are the site's rules', under `code`."""

    list: Literal["checklist", "call_out"]
    position: int
    code: str
    phone: str = ""
    done_at: datetime | None = None
    done_by: str = ""
    note: str = ""
    asked_at: datetime | None = None  # when the chain came to him
    answer: CallOutAnswer = ""


@dataclass(frozen=True, slots=True)
class Restoration:
    """A step of the end, or the end itself (`closes`). `areas`: () is all that was left; `households`: told by it;
    `still_out`: of them those who had said so when it was taken back."""

    step: int
    at: datetime
    who: str
    why: str = ""
    areas: tuple[Area, ...] = ()
    closes: bool = False
    households: int = 0
    still_out: int = 0
    taken_back_at: datetime | None = None
    taken_back_by: str = ""


@dataclass(frozen=True, slots=True)
class Outage:
    """It is *now* while `announced` and `starts_at` has come, *coming* before; `words`: language -> what is published
    beside the facts; `ends_itself`: at `expected_at`, without anybody's word."""

    id: int
    state: OutageState
    level: Level
    topic: str
    starts_at: datetime
    areas: tuple[Area, ...]
    asset_kind: str = ""
    cause: str = "unknown"
    words: dict[str, str] = field(default_factory=dict)
    organisation: str = ""  # code
    expected_at: datetime | None = None
    ended_at: datetime | None = None
    code: str = ""  # its owner's own name for it
    created_by: str = ""
    created_at: datetime | None = None
    expectations: tuple[Expectation, ...] = ()
    steps: tuple[OutageStep, ...] = ()
    ties: int = 0  # households tied to it
    calls: int = 0  # calls of theirs
    still_out: int = 0  # of the households those who say that it is not over
    saved: int = 0  # of the calls those that ended without an operator
    ends_itself: bool = False
    version: int = 1
    restorations: tuple[Restoration, ...] = ()
    parent: int | None = None  # it is what is left of that one
    announced_at: datetime | None = None
    round: int = 0  # how often an end of it was taken back
    chain: int = 0  # how often the call-out chain was begun
    chain_at: datetime | None = None  # None: nobody is being called out
    chain_by: str = ""

    @property
    def restored(self) -> tuple[Area, ...]:
        """The parts of it that are over already, while the rest goes on."""
        steps = (each for each in self.restorations if each.taken_back_at is None and not each.closes)
        return tuple(dict.fromkeys(area for each in steps for area in each.areas))


@dataclass(frozen=True, slots=True)
class Tie:
    """A household (else a flat, else a number) that is concerned. `party` is its key in the outage."""

    outage_id: int
    party: str
    phone: str
    language: str
    household_id: int | None = None
    building_id: int | None = None
    flat: str = ""
    call: str = ""
    calls: int = 1
    ticket: str = ""  # number
    tell: bool = True
    restored: Verified = ""
    at: datetime | None = None
    step: int = 0  # of the end, by which it is over for this one; 0: not yet


@dataclass(frozen=True, slots=True)
class Closing:
    """The outage when it is over, what is to be told by it (nothing when it was over before), and how many tickets are
    reported with it."""

    outage: Outage
    notices: tuple[Notice, ...] = ()
    tickets: int = 0


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who lives in an area. `people` of the buildings whose number is known; `special_needs`: buildings with somebody
    who needs help first."""

    buildings: int = 0
    households: int = 0
    people: int = 0
    special_needs: int = 0


@dataclass(frozen=True, slots=True)
class FirstHelp:
    """A building where somebody needs help first, and why, in words; when somebody saw to them in this outage."""

    building_id: int
    street_id: int
    house: str
    special_needs: str
    lifts: int = 0
    done_at: datetime | None = None
    done_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class OutageFilter:
    """What is empty does not limit. `state`: one of them, or 'now', 'coming', 'open' (both), 'overdue' (its expected
    end has passed)."""

    state: OutageState | Literal["", "now", "coming", "open", "overdue"] = ""
    level: int = 0
    topic: str = ""
    asset_kind: str = ""
    organisation: str = ""  # code
    text: str = ""  # in its code or its published words
    since: datetime | None = None  # it was going on at or after
    until: datetime | None = None  # it began before
