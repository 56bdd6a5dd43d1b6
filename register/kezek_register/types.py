"""The register's nouns as plain values; what SQL holds is turned into these at the door of each repository."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


class RegisterError(Exception):
    code = "register"


class NotFound(RegisterError):
    code = "not_found"


class Conflict(RegisterError):
    """Somebody changed it meanwhile (version column), or the key is taken."""

    code = "conflict"


class Unavailable(RegisterError):
    """The database does not answer; worth a retry."""

    code = "unavailable"


@dataclass(frozen=True, slots=True)
class Street:
    id: int
    kind: str  # street | avenue | microdistrict | lane | square
    names: dict[str, str]  # language -> name, as written on the sign
    other_names: tuple[tuple[str, str], ...]  # (language, old or spoken name)


@dataclass(frozen=True, slots=True)
class Building:
    id: int
    street_id: int
    house: str  # normalised: '45', '12/2', '7а'
    entrances: int | None
    flats: int | None


@dataclass(frozen=True, slots=True)
class Household:
    id: int
    building: Building
    street: Street
    flat: str  # '' for a house
    person: str  # '' when unknown
    language: str  # the last choice: kk | ru | uk | en | ko, '' when unknown
    phones: tuple[str, ...]  # E.164


@dataclass(frozen=True, slots=True)
class Topic:
    code: str
    names: dict[str, str]
    parent: str = ""


Provenance = Literal["spoken", "household", "keyed", "operator"]


@dataclass(frozen=True, slots=True)
class Ticket:
    number: str  # registration number with its check digit, '' for a draft without one
    state: Literal["open", "done"]
    call: str  # the call it came from, '' when entered by hand
    caller: str
    household_id: int | None
    street_id: int | None
    street: str  # as shown, in the ticket's language
    house: str
    flat: str
    topic: str  # code
    words: str  # what the caller said
    note: str
    language: str
    operator: str
    confirmed: bool  # an operator confirmed the fields
    provenance: dict[str, Provenance] = field(default_factory=dict)  # field -> where it came from
    confidence: dict[str, float] = field(default_factory=dict)
    created_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Staff:
    login: str
    name: str
    role: Literal["operator", "manager"]
    phone: str  # the extension; '' for a manager without one
    language: str
    queues: tuple[str, ...]
    skills: dict[str, int]
    password_hash: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call of the history, written from the feed; at-least-once writes, one row."""

    call: str
    caller: str
    dialled: str
    language: str
    queue: str
    operator: str
    end: str
    since: datetime
    placed_at: datetime | None
    connected_at: datetime | None
    ended_at: datetime | None
    ticket: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    added: int
    changed: int
    unchanged: int
    refused: tuple[tuple[int, str], ...]  # (line number, reason)
