"""Who gives way when recognition falls behind: the oldest first, from free decoding to a grammar, from a talk to
nothing. Pure.

The oldest has said most of what it has to say: a complaint of a minute ago has its street long since, the one that
begins now has none. What a caller is being asked (kind 'call') is never ended: who does not fit in is refused instead,
and asked in another way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .admission import Kind
from .types import Purpose


@dataclass(slots=True, eq=False)
class Place:
    """One open stream. `since`: seconds of any clock."""

    language: str
    phrases: tuple[str, ...] | None  # what it decodes now
    spare: tuple[str, ...] | None
    purpose: Purpose
    since: float
    counted: Kind = "free"  # by the admission; a turned stream decodes freely until its utterance has ended
    ended: bool = False

    @property
    def kind(self) -> Kind:
        return "free" if self.phrases is None else "grammar"


def to_turn(places: Iterable[Place]) -> Place | None:
    """The oldest free stream with a grammar to fall back to."""
    return _oldest(place for place in places if not place.ended and place.phrases is None and place.spare is not None)


def to_end(places: Iterable[Place], *, before: float = float("inf")) -> Place | None:
    """The oldest talk that was listened to since `before`."""
    return _oldest(place for place in places if not place.ended and place.purpose == "talk" and place.since < before)


def _oldest(places: Iterable[Place]) -> Place | None:
    return min(places, key=lambda place: place.since, default=None)
