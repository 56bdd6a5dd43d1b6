"""A suspicion while it is being worked on, and how it is shown. Pure."""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kezek_register.areas import Area, covers
from kezek_register.detection.evidence import Voice
from kezek_register.detection.regions import Region
from kezek_register.detection.types import Suspicion, SuspicionState

PARTIES = 20_000  # remembered of one suspicion; more are counted by report
KEYS = 2_000
STEPS = 60  # of `grown`
LATELY = 256
IDS = 1000


@dataclass(slots=True)
class Case:
    """`voices`: its reports, by party; `keys`: of each report its party; times in s of the epoch; `lately`: of its
    newest reports; `lively_at`: when they were last more than is usual there; `fitted`: how many voices there were when
    the region was last found, `beside`: those since that it does not hold; `compared`: with another one, by its id, at
    how many voices of both; `against`: party -> nats of who says that nothing is missing."""

    id: str
    topic: str
    region: Region
    first_at: float
    last_at: float
    state: SuspicionState = "open"
    areas: tuple[Area, ...] = ()
    score: float = 0.0
    certainty: float = 0.0
    usual: float = 0.0
    reports: int = 0
    fitted: int = 0
    against: dict[str, float] = field(default_factory=dict)
    of: tuple[str, ...] = ()
    parties: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    lately: deque[float] = field(default_factory=lambda: deque(maxlen=LATELY))
    lively_at: float = 0.0
    beside: int = 0
    compared: dict[str, int] = field(default_factory=dict)
    voices: dict[str, Voice] = field(default_factory=dict)
    grown: list[tuple[datetime, int]] = field(default_factory=list)
    over: tuple[Area, ...] = ()  # where its outage is restored

    def holds(self, voice: Voice) -> bool:
        """Whether the voice may be of it."""
        return self.region.holds(voice) and not any(covers(area, voice.place) for area in self.over)

    def take(self, voice: Voice) -> None:
        if voice.case == self.id:
            return
        voice.case = self.id
        self.voices[voice.party] = voice
        self.heard(voice.key, voice.party, voice.at)

    def heard(self, key: str, party: str, at: float) -> None:
        """One more report of it; the same key again is the same report."""
        if key in self.keys:
            return
        self.reports += 1
        self.lately.append(at)
        if len(self.parties) < PARTIES:
            self.parties.add(party)
        if len(self.keys) < KEYS:
            self.keys[key] = party
        self.first_at, self.last_at = min(self.first_at, at), max(self.last_at, at)

    def lose(self, voice: Voice) -> None:
        """To another one."""
        self.voices.pop(voice.party, None)
        for key in [key for key, party in self.keys.items() if party == voice.party]:
            self.unheard(key)
        self.parties.discard(voice.party)
        voice.case = ""

    def unheard(self, key: str) -> None:
        """That report is none of it; who has said nothing else is none of its parties."""
        party = self.keys.pop(key, None)
        if party is None:
            return
        self.reports = max(0, self.reports - 1)
        if party not in self.keys.values():
            self.parties.discard(party)

    def absorb(self, other: Case) -> None:
        """That one is part of this from now on."""
        for voice in other.voices.values():
            voice.case = self.id
        self.voices |= other.voices
        if len(self.parties) < PARTIES:
            self.parties |= other.parties
        for key, party in other.keys.items():
            if len(self.keys) < KEYS:
                self.keys.setdefault(key, party)
        self.reports += other.reports
        self.against |= other.against
        self.lively_at = max(self.lively_at, other.lively_at)
        self.score = max(self.score, other.score)
        self.first_at, self.last_at = min(self.first_at, other.first_at), max(self.last_at, other.last_at)
        self.of = tuple(dict.fromkeys((*self.of, other.id)))[-STEPS:]
        other.state = "merged"

    @property
    def weight_against(self) -> float:
        """Nats."""
        return sum(self.against.values())

    def grew(self, at: datetime) -> None:
        self.grown.append((at, self.region.homes))
        del self.grown[:-STEPS]

    def view(self) -> Suspicion:
        return Suspicion(
            self.id,
            self.state,
            self.topic,
            self.areas,
            self.reports,
            len(self.parties),
            moment(self.first_at),
            moment(self.last_at),
            self.last_at - self.first_at,
            self.usual,
            self.certainty,
            self.score,
            self.region.homes,
            self.of,
            len(self.against),
            tuple(self.grown),
            tuple(self.keys),
        )


class Ids:
    """None comes twice in a while: what was dismissed or has faded does not come back under its old one."""

    def __init__(self) -> None:
        self._had: dict[str, None] = {}

    def new(self, topic: str, key: str) -> str:
        found = new_id(topic, key)
        while found in self._had:
            found = new_id(topic, found)
        self._had[found] = None
        if len(self._had) > IDS:
            del self._had[next(iter(self._had))]
        return found


def new_id(topic: str, key: str) -> str:
    """The same on every node that sees the same reports."""
    return hashlib.sha256(f"{topic}\n{key}".encode("utf-8", "replace")).hexdigest()[:16]


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
