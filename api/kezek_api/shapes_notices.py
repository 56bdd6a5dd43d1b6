"""The shapes of what is published of outages: for the screen, the feed and everybody (docs/api.md)."""

from __future__ import annotations

from pydantic import AwareDatetime

from kezek_api.shapes import Shape
from kezek_register.announcements import Announcement, Phase
from kezek_register.outage_types import Level


class AnnouncementView(Shape):
    """What is published of it. `text`: when, until when, why; `words`: what its editor wrote beside it; `where`: each
    area in words."""

    id: int
    language: str
    phase: Phase
    title: str
    text: str
    words: str
    where: tuple[str, ...]

    @classmethod
    def of(cls, value: Announcement) -> AnnouncementView:
        return cls(
            id=value.outage_id,
            language=value.language,
            phase=value.phase,
            title=value.title,
            text=value.text,
            words=value.words,
            where=value.where,
        )


class PublicNotice(Shape):
    """For everybody: facts of an outage and what is published of it, nobody's data."""

    id: int
    state: Phase
    level: Level
    topic: str
    cause: str
    title: str
    text: str
    words: str
    where: tuple[str, ...]
    starts_at: AwareDatetime
    expected_at: AwareDatetime | None
    ended_at: AwareDatetime | None


class PublicNotices(Shape):
    language: str
    notices: tuple[PublicNotice, ...]
