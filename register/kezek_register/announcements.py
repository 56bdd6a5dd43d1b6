"""What is published of an outage, for the screen and the feed, in the reader's language. Pure; the words are data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Any, Literal

from kezek_register.area_words import Named
from kezek_register.outage_rules import left
from kezek_register.outage_types import Outage

LANGUAGES = ("kk", "ru", "uk", "en")
OURS = Path(__file__).with_name("announcements.toml")
SHOWN_AREAS = 5  # in a title; the rest is in `where`
Phase = Literal["draft", "coming", "now", "overdue", "restored", "cancelled"]


@dataclass(frozen=True, slots=True)
class Announcement:
    """`text`: sentences about when, until when and why; `words`: what its editor wrote beside them; `where`: each area
    in words."""

    outage_id: int
    language: str
    phase: Phase
    title: str
    text: str
    words: str
    where: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """What is named in it: places, and topics and organisations by their codes, in each language."""

    places: Named = field(default_factory=Named)
    topics: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    organisations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@cache
def load(path: Path = OURS) -> Mapping[str, dict[str, Any]]:
    """language -> its words; read once."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def said_in(language: str) -> str:
    """The language in which something is published for a reader of this one."""
    return language if language in LANGUAGES else "en"


def phase(outage: Outage, at: datetime) -> Phase:
    """What it is at this moment; one that ends by itself is over at its end."""
    if outage.state != "announced":
        return outage.state
    if outage.starts_at > at:
        return "coming"
    if outage.expected_at is None or outage.expected_at > at:
        return "now"
    return "restored" if outage.ends_itself else "overdue"


def announce(
    outage: Outage,
    language: str,
    at: datetime,
    zone: tzinfo,
    names: Names,
    book: Mapping[str, Mapping[str, Any]],
    place: str = "",
) -> Announcement:
    """`at`: the moment of reading; `zone`: the town's; `place`: the reader's own address, named instead of the areas in
    the title. Languages that are not in the book read English."""
    language = said_in(language)
    told = book[language]
    titles = (names.places.title(area, language) for area in left(outage))
    where = tuple(dict.fromkeys(title for title in titles if title))
    topic = in_language(names.topics.get(outage.topic, {}), language) or told["nothing"]
    shown = place or ", ".join(where[:SHOWN_AREAS]) + (", …" if len(where) > SHOWN_AREAS else "")
    topic = topic[:1].upper() + topic[1:]
    return Announcement(
        outage_id=outage.id,
        language=language,
        phase=phase(outage, at),
        title=told["title"].format(topic=topic, where=shown),
        text=" ".join(_sentences(outage, language, at, zone, names, told)),
        words=outage.words.get(language, ""),
        where=where,
    )


def in_language(names: Mapping[str, str], language: str) -> str:
    """In this language, else in the first that there is."""
    return next((names[each] for each in (language, *LANGUAGES) if names.get(each)), "")


def _sentences(
    outage: Outage, language: str, at: datetime, zone: tzinfo, names: Names, told: Mapping[str, Any]
) -> list[str]:
    def said(moment: datetime) -> str:
        local, today = moment.astimezone(zone), at.astimezone(zone).date()
        form = told["same_day" if local.date() == today else "moment"]
        return str(form.format(day=local.day, month=local.month, hour=local.hour, minute=local.minute))

    what = phase(outage, at)
    kind = told["planned" if outage.level == 3 else "accident"]
    lines = [f"{kind}.", told["since"].format(since=said(outage.starts_at))]
    until = said(outage.expected_at) if outage.expected_at else ""
    if what == "cancelled":
        lines.append(told["cancelled"])
    elif what == "restored":
        lines.append(told["ended"].format(ended=said(outage.ended_at or outage.expected_at or at)))
    elif what == "overdue":
        lines.append(told["overdue"].format(until=until))
    elif until:
        lines.append(told["until_sure" if outage.ends_itself else "until"].format(until=until))
    else:
        lines.append(told["until_unknown"])
    if what in ("now", "coming") and until and (before := _before(outage)) is not None:
        lines.append(told["moved"].format(until=said(before)))
    said_already = outage.level == 3 and outage.cause == "planned_work"
    if not said_already and (outage.cause not in ("unknown", "other") or what == "now"):
        lines.append(told["cause"].format(cause=told["causes"][outage.cause]))
    if owner := in_language(names.organisations.get(outage.organisation, {}), language):
        lines.append(told["owner"].format(owner=owner))
    return lines


def _before(outage: Outage) -> datetime | None:
    """The end that was expected before this one, when it was another."""
    ends = [each.expected_at for each in outage.expectations if each.expected_at is not None]
    others = [end for end in ends if end != outage.expected_at]
    return others[-1] if others else None
