"""The reports of one topic that are still evidence, each hung on its candidate areas. Bounded in number and in time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from kezek_register.areas import Place
from kezek_register.detection.gazetteer import Gazetteer, Key, Where

MOST = 4096  # reports of a topic in the window; in a storm the oldest go first
SEEN_IN_AREA = 96  # of an area, the newest; enough for any alarm
WORDS = 16  # of one party
_WEIGHTS = {"sensor": 1.5, "crew": 2.0}


class Word(NamedTuple):
    source: str
    place: Place
    where: Where
    sure: float


@dataclass(slots=True, eq=False)
class Voice:
    """A party's word about a topic. `words`: what each of its reports said, by key; `fresh`: the first of its building,
    others may be its neighbours about the same small thing; `case`: the suspicion it belongs to."""

    key: str
    at: float
    party: str
    source: str
    place: Place
    where: Where
    sure: float
    fresh: bool = True
    dead: bool = False
    case: str = ""
    words: dict[str, Word] = field(default_factory=dict)
    hangs: list[tuple[Key, float]] = field(default_factory=list)

    def said(self, other: Voice) -> None:
        """One more report of this party; of a few the words are kept."""
        if len(self.words) < WORDS:
            self.words[other.key] = Word(other.source, other.place, other.where, other.sure)

    def at_place_of(self, other: Voice) -> bool:
        """Whether this one is at the place that `other` speaks of."""
        if other.where.spot >= 0:
            return self.where.spot == other.where.spot
        if other.where.street:
            return self.where.street == other.where.street
        return bool(other.where.parts) and other.where.parts[-1] in self.where.parts


class Evidence:
    """`voices`: by party, in the order of arrival."""

    def __init__(self, gazetteer: Gazetteer, window_s: float) -> None:
        self.voices: dict[str, Voice] = {}
        self.buildings: dict[int, int] = {}
        self.areas: dict[Key, deque[tuple[Voice, float]]] = {}
        self._gazetteer = gazetteer
        self._window_s = window_s

    def __len__(self) -> int:
        return len(self.voices)

    def add(self, voice: Voice) -> None:
        """Whose party is not in it yet."""
        weight = _WEIGHTS.get(voice.source, 1.0)
        spot = voice.where.spot
        voice.fresh = not self.buildings.get(spot, 0)
        if spot >= 0:
            self.buildings[spot] = self.buildings.get(spot, 0) + 1
        voice.hangs = [(key, chance * weight) for key, chance in self._gazetteer.chain(voice.where, voice.sure)]
        self.voices[voice.party] = voice
        for key, mass in voice.hangs:
            self.areas.setdefault(key, deque(maxlen=SEEN_IN_AREA)).append((voice, mass))
        while len(self.voices) > MOST:
            self.remove(next(iter(self.voices.values())))

    def remove(self, voice: Voice) -> None:
        if self.voices.get(voice.party) is not voice:
            return
        del self.voices[voice.party]
        voice.dead = True
        spot = voice.where.spot
        if spot >= 0:
            left = self.buildings.get(spot, 1) - 1
            if left > 0:
                self.buildings[spot] = left
            else:
                self.buildings.pop(spot, None)
        for key, _ in voice.hangs:
            hanging = self.areas.get(key)
            if hanging is None:
                continue
            while hanging and hanging[0][0].dead:
                hanging.popleft()
            if not hanging:
                del self.areas[key]
        voice.hangs = []

    def expire(self, now: float) -> None:
        """What is older than the window is no evidence. Late ones stand out of order: they go a little later."""
        while self.voices:
            oldest = next(iter(self.voices.values()))
            if oldest.at >= now - self._window_s:
                return
            self.remove(oldest)

    def since(self, at: float) -> Iterator[Voice]:
        """The newest first."""
        for voice in reversed(self.voices.values()):
            if voice.at < at - 600:
                return
            if voice.at >= at and not voice.dead:
                yield voice
