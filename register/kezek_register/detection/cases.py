"""A suspicion while it is being worked on, and how it is shown. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kezek_register.areas import Area, covers
from kezek_register.detection.evidence import Voice
from kezek_register.detection.regions import Region
from kezek_register.detection.types import Suspicion, SuspicionState

PARTIES = 20_000  # remembered of one suspicion; more are counted by report
KEYS = 2_000
STEPS = 60  # of `grown`


@dataclass(slots=True)
class Case:
    """`voices`: its reports that are still evidence, by party; times in s of the epoch; `fitted`: how many there were
    when the region was last found."""

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
    against: set[str] = field(default_factory=set)
    weight_against: float = 0.0
    of: tuple[str, ...] = ()
    parties: set[str] = field(default_factory=set)
    keys: list[str] = field(default_factory=list)
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
        if len(self.parties) < PARTIES:
            self.parties.add(party)
        if len(self.keys) < KEYS:
            self.keys.append(key)
        self.first_at, self.last_at = min(self.first_at, at), max(self.last_at, at)

    def lose(self, voice: Voice) -> None:
        """To another one."""
        self.voices.pop(voice.party, None)
        self.parties.discard(voice.party)
        if voice.key in self.keys:
            self.keys.remove(voice.key)
        self.reports = max(0, self.reports - 1)
        voice.case = ""

    def absorb(self, other: Case) -> None:
        """That one is part of this from now on."""
        for voice in other.voices.values():
            voice.case = self.id
        self.voices |= other.voices
        if len(self.parties) < PARTIES:
            self.parties |= other.parties
        self.keys = [*self.keys, *other.keys][:KEYS]
        self.reports += other.reports
        self.against |= other.against
        self.weight_against += other.weight_against
        self.score = max(self.score, other.score)
        self.first_at, self.last_at = min(self.first_at, other.first_at), max(self.last_at, other.last_at)
        self.of = tuple(dict.fromkeys((*self.of, other.id)))[-STEPS:]
        other.state = "merged"

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


def new_id(topic: str, key: str) -> str:
    """The same on every node that sees the same reports."""
    return hashlib.sha256(f"{topic}\n{key}".encode("utf-8", "replace")).hexdigest()[:16]


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
