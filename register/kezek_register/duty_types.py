"""Organisations and what they answer for, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kezek_register.areas import Area
from kezek_register.notice_types import NoticeChannel
from kezek_register.types import Conflict


class BadOrganisation(Conflict):
    """It contradicts itself or what is there: a ring of heads, a channel without an address."""

    code = "bad_organisation"


class BadDuty(Conflict):
    """The rule's area lacks what its scope needs."""

    code = "bad_duty"


class BadEmergency(Conflict):
    """A hand-off or an outcome without what makes it one."""

    code = "bad_emergency"


HandedOver = Literal["transfer", "conference", "sms", "webhook", "operator"]


@dataclass(frozen=True, slots=True)
class Organisation:
    """`parent`: the code of its head; `hours`: a calendar's name in the site's rules, '' is day and night; `address`:
    where `channel` leads."""

    id: int
    code: str
    names: dict[str, str]
    parent: str = ""
    foreign: bool = False
    hours: str = ""
    phone: str = ""
    channel: NoticeChannel = "none"
    address: str = ""
    active: bool = True
    version: int = 1


@dataclass(frozen=True, slots=True)
class AssetKind:
    code: str
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Duty:
    """A rule: in this area that organisation answers for this kind of asset."""

    id: int
    asset_kind: str
    organisation: str  # code
    area: Area
    note: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers, by which rule; `others`: rules that are just as special and name somebody else (an overlap)."""

    organisation: Organisation
    duty: Duty
    others: tuple[Duty, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with the rules: nobody answers, or two do. `example`: an address in words."""

    what: Literal["gap", "overlap"]
    asset_kind: str
    duties: tuple[Duty, ...]
    buildings: int  # how many are concerned
    example: str


@dataclass(frozen=True, slots=True)
class Emergency:
    """A hand-off to 102, 103, 104, 112 or a region's own number, and its outcome."""

    id: int
    call: str
    ticket: str  # number, '' without one
    service: str
    how: HandedOver
    context: str
    handed_at: datetime
    handed_by: str
    answers: dict[str, str] = field(default_factory=dict)
    outcome: str = ""
    outcome_at: datetime | None = None
    outcome_by: str = ""
