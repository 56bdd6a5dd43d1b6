"""Outages and planned works as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kezek_register.areas import Area
from kezek_register.ticket_types import Verified

OutageState = Literal["draft", "announced", "restored", "cancelled"]
Level = Literal[3, 2, 1]  # planned, internal, external

CAUSES = (
    "unknown", "planned_work", "burst_pipe", "cable_fault", "substation_fault", "boiler_fault", "storm", "flood",
    "fire", "third_party", "no_supply", "attack", "other",
)  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class Outage:
    """It is *now* while `announced` and `starts_at` has come, *coming* before; `words`: language -> what is published
    beside the facts."""

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
    version: int = 1


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
