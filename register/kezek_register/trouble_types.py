"""Reports of trouble on their way into SQL, suspicions as SQL keeps them, and additions, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from kezek_register.areas import Area
from kezek_register.detection.types import ReportSource, Says, SuspicionState
from kezek_register.types import Conflict, RegisterError

# what reports are about that a whole street may lack, with the topics below them; [detection] may name others
TOPICS = ("electricity", "water", "heating", "gas", "sewerage", "lift", "street_lighting")
RULE = "rule"  # who decided, where it was no person
OTHER = "other"  # an addition that is of no urgency that has a name


class BadTrouble(RegisterError, ValueError):
    """A report without a place, or without anybody who says it."""

    code = "bad_trouble"


class SuspicionDecided(Conflict):
    """Somebody has decided otherwise meanwhile, or it has become a part of another."""

    code = "suspicion_decided"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A report as it comes in. `key`, `source`, `sure`, `says`: as TroubleReport's; `phone`: who speaks, of whom a
    keyed hash is kept, else his household, else the flat or the house that he speaks of; `sensor`: its id, in place of
    a person; `crew`: whose crew speaks, and of what; `part_id`: of the network, for a sensor or a crew that knows more
    than a house."""

    key: str
    at: datetime
    source: ReportSource
    topic: str
    street_id: int | None = None
    house: str = ""
    building_id: int | None = None
    flat: str = ""
    household_id: int | None = None
    part_id: int | None = None
    phone: str = ""
    sensor: str = ""
    sure: float = 1.0
    says: Says = "out"
    call: str = ""
    crew: str = ""


@dataclass(frozen=True, slots=True)
class CrewWord:
    """What somebody who is there says of a suspicion, or else of an outage: nothing is missing (`on`), or it is
    (`out`). `organisation`: whose crew it is, a code; `by`: the login of whoever wrote it down; `areas`: () is all of
    it."""

    says: Says
    organisation: str
    by: str
    areas: tuple[Area, ...] = ()
    why: str = ""
    suspicion_id: int | None = None
    outage_id: int | None = None
    id: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report as SQL has it; `id` grows with each that is written or mended."""

    id: int
    key: str
    at: datetime
    source: ReportSource
    topic: str
    says: Says
    street_id: int | None
    house: str
    building_id: int | None
    part_id: int | None
    party: str
    sure: float
    call: str
    suspicion_id: int | None = None
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptSuspicion:
    """detection.types.Suspicion with what was decided of it. `special_needs`: buildings where somebody needs help
    first; `of`: ids of those that were merged into it, or of the one that it was split from."""

    id: int
    state: SuspicionState
    topic: str
    areas: tuple[Area, ...]
    reports: int
    parties: int
    households: int
    special_needs: int
    first_at: datetime
    last_at: datetime
    span_s: float
    usual: float
    certainty: float
    score: float
    against: int
    of: tuple[int, ...] = ()
    grown: tuple[tuple[datetime, int], ...] = ()
    outage_id: int | None = None
    opened_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Addition:
    """What somebody adds to a known outage. `code`: an urgency that speech knows, or OTHER."""

    id: int
    outage_id: int
    at: datetime
    code: str
    words: str
    call: str = ""
    ticket: str = ""
    street_id: int | None = None
    house: str = ""
    flat: str = ""
    handled_at: datetime | None = None
    handled_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many reports there were in some months, the days of them that were looked at (a day may be looked at in
    part). `by_hour`: (topic, hour of the week, 0 is Monday's first) -> number; `by_territory`: (topic, territory) ->
    number."""

    days: int = 0
    by_hour: dict[tuple[str, int], int] = field(default_factory=dict)
    by_territory: dict[tuple[str, int], int] = field(default_factory=dict)
