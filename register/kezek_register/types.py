"""The register's nouns as plain values; what SQL holds is turned into these at the door of each repository."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kezek_register.ticket_types import Channel, State, TicketKind, Verified


class RegisterError(Exception):
    code = "register"


class NotFound(RegisterError):
    code = "not_found"


class Conflict(RegisterError):
    """Somebody changed it meanwhile (version column), or the key is taken."""

    code = "conflict"


class StaleVersion(Conflict):
    """The version that was changed is not the newest any more: look again."""

    code = "stale_version"


class Unavailable(RegisterError):
    """The database does not answer; worth a retry."""

    code = "unavailable"


@dataclass(frozen=True, slots=True)
class Street:
    id: int
    kind: str  # street | avenue | microdistrict | lane | square
    names: dict[str, str]  # language -> name, as written on the sign
    other_names: tuple[tuple[str, str], ...]  # (language, old or spoken name)
    territory_id: int | None = None


@dataclass(frozen=True, slots=True)
class Building:
    id: int
    street_id: int
    house: str  # normalised: '45', '12/2', '7а'
    entrances: int | None
    flats: int | None
    territory_id: int | None = None  # its own; None: its street's
    people: int | None = None
    lifts: int | None = None
    special_needs: str = ""  # in words: who needs help first when something fails
    lon: float | None = None  # WGS 84, degrees
    lat: float | None = None


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
    """What a ticket of it begins with, '' and None as the parent says; `accident`: its deadline runs by the clock.
    `emergency`: the number of the service that it is handed to at once."""

    code: str
    names: dict[str, str]
    parent: str = ""
    kind: TicketKind | Literal[""] = ""
    asset_kind: str = ""
    accident: bool = False
    allowed_hours: int | None = None
    allowed_days: int | None = None  # working days
    emergency: str = ""


Role = Literal["operator", "manager", "executor"]
Provenance = Literal["spoken", "household", "keyed", "operator"]

# urgency: codes, joined by commas; duration: ISO 8601, how long it has lasted
DETAILS = ("entrance", "floor", "landmark", "phone", "account", "urgency", "duration")
PERSONAL_DETAILS = ("landmark", "phone", "account")  # gone with the person


@dataclass(frozen=True, slots=True)
class Ticket:
    number: str  # registration number with its check digit, '' for a draft without one
    state: State
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
    kind: TicketKind = "incident"
    channel: Channel = "call"
    building_id: int | None = None
    territory_id: int | None = None
    asset_kind: str = ""
    organisation_id: int | None = None  # its executor
    outage_id: int | None = None
    clock_from: datetime | None = None  # of its deadline, with what is allowed from then
    allowed_hours: int | None = None
    allowed_days: int | None = None
    due_at: datetime | None = None  # worked out of these (deadlines.py); None: no deadline, paused, closed
    closed_at: datetime | None = None
    answer: str = ""  # what the citizen is told
    verified: Verified = ""
    requester: str = ""  # a name the citizen gave
    lon: float | None = None
    lat: float | None = None
    updated_at: datetime | None = None
    accident: bool = False  # its hours run by the clock, not by the working calendar
    details: dict[str, str] = field(default_factory=dict)  # what else was said, by name: see DETAILS


@dataclass(frozen=True, slots=True)
class Staff:
    login: str
    name: str
    role: Role
    phone: str  # the extension; '' for a manager or executor without one
    language: str
    queues: tuple[str, ...]
    skills: dict[str, int]
    password_hash: str = field(repr=False, default="")
    organisation_id: int | None = None  # an executor's own
    second_line: bool = False  # may route tickets and tend outages, as managers may


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call of the history, written from the feed; at-least-once writes, one row.

    `queue`: where it was first answered, else where it stood last; `operator`: who had it last; `priority`: the highest
    it had; `kind`: call | callback; `of`: a callback's original call."""

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
    kind: str = "call"
    of: str = ""
    priority: int = 0
    waited_s: float = 0.0  # in the line until the first talk, or until its end
    recording: str = ""  # file, '' when there is none


@dataclass(frozen=True, slots=True)
class Leg:
    """One operator's part of a call; `offer`, his fence, makes it unique. How: finished | transferred | handed_over |
    helper, '' while it goes on."""

    call: str
    offer: int
    operator: str
    queue: str
    connected_at: datetime
    finished_at: datetime | None = None
    talk_s: float = 0.0  # without holds
    hold_s: float = 0.0
    wrap_up_s: float = 0.0
    how: str = ""


@dataclass(frozen=True, slots=True)
class LegPiece:
    """What one event tells of a leg; what is empty is not told."""

    call: str
    offer: int
    operator: str
    queue: str = ""
    connected_at: datetime | None = None
    finished_at: datetime | None = None
    talk_s: float = 0.0
    hold_s: float = 0.0
    how: str = ""


@dataclass(frozen=True, slots=True)
class OperatorTime:
    """An operator was in one state from `began` to `ended`; None while it lasts."""

    operator: str
    state: str  # away | ready | paused | offered | talking | wrap_up
    reason: str
    began: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A caller who left without an answer, and whether he was reached since: by a later call of his or a callback."""

    call: CallRecord
    reached_at: datetime | None
    reached_by: Literal["", "call", "callback"]
    callback: Literal["", "pending", "done"]


OutboundState = Literal["claimed", "answered", "not_reached", "unclear"]


@dataclass(frozen=True, slots=True)
class Outbound:
    """A claim to dial once: written before anything is dialled, settled after. `key`: '<call>:<offer>'."""

    key: str
    call: str
    node: str
    claimed_at: datetime
    state: OutboundState = "claimed"
    reason: str = ""
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    call: str
    file: str  # a name below the recordings' folder, without an ending
    began: datetime
    expires: datetime  # then it is deleted


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who looked at what; `subject` is a call or a period, never a number of a caller."""

    login: str
    what: str
    subject: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ImportReport:
    added: int
    changed: int
    unchanged: int
    refused: tuple[tuple[int, str], ...]  # (line number, reason)
    warnings: tuple[str, ...] = ()  # what is taken and yet worth a look
