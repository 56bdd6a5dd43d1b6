"""What is said to callers first of all, as plain values: typed or recorded by a person, for everybody or an area."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kezek_register.areas import Area, Place, covers
from kezek_register.types import Conflict, RegisterError

BulletinState = Literal["draft", "on", "off"]
LONGEST_WORDS = 600  # characters of a language: under a minute
LONGEST_SOUND = 1_000_000  # bytes of a WAV, 16-bit mono at 8 kHz: a minute


class BadBulletin(RegisterError, ValueError):
    """It says nothing in any language, ends before it begins, or is longer than a minute."""

    code = "bad_bulletin"


class BulletinOff(Conflict):
    """It is off: made again, it is another one."""

    code = "bulletin_off"


@dataclass(frozen=True, slots=True)
class Bulletin:
    """`words`: language -> what is spoken where nothing was recorded; `recorded`: languages that a person has spoken;
    `areas`: () is everybody; `pack`: said only while this topic pack is on ('' always); `until`: off by itself then."""

    id: int
    state: BulletinState
    words: dict[str, str] = field(default_factory=dict)
    recorded: tuple[str, ...] = ()
    areas: tuple[Area, ...] = ()
    pack: str = ""
    until: datetime | None = None
    created_by: str = ""
    created_at: datetime | None = None
    published_by: str = ""
    published_at: datetime | None = None
    stopped_by: str = ""
    stopped_at: datetime | None = None
    version: int = 1

    @property
    def languages(self) -> frozenset[str]:
        """In which it can be heard."""
        return frozenset({*self.recorded, *(language for language, text in self.words.items() if text.strip())})

    def is_on(self, at: datetime) -> bool:
        return self.state == "on" and (self.until is None or at < self.until)

    def concerns(self, place: Place) -> bool:
        return any(covers(area, place) for area in self.areas)


def checked(bulletin: Bulletin, now: datetime) -> None:
    """Raises BadBulletin."""
    if any(len(text) > LONGEST_WORDS for text in bulletin.words.values()):
        raise BadBulletin(f"at most {LONGEST_WORDS} characters of a language: a caller waits for the end of it")
    if bulletin.until is not None and (bulletin.until.tzinfo is None or bulletin.until <= now):
        raise BadBulletin("it ends in the future, at a moment with its zone")
    if bulletin.areas and bulletin.pack:
        raise BadBulletin("of a pack, or of an area: not of both")
