"""What holds for an outage: when it is, what it must say, what programs are told of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from kezek_register.areas import Area, swallows
from kezek_register.outage_types import CAUSES, BadOutage, Outage

# what an area of each scope must name
_NEEDS = {
    "all": (), "territory": ("territory_id",), "part": ("part_id",), "street": ("street_id",),
    "houses": ("street_id",), "building": ("building_id",),
}  # fmt: skip
MOST_AREAS = 2_000
LONGEST_WORDS = 2_000  # characters of each language


def is_now(outage: Outage, at: datetime, *, within: timedelta = timedelta(0)) -> bool:
    """Whether it goes on at this moment, or begins within that time from then.

    One that ends by itself is over at its expected end, whether or not anybody has closed it yet.
    """
    if outage.state != "announced" or outage.starts_at > at + within:
        return False
    return not (outage.ends_itself and outage.expected_at is not None and outage.expected_at <= at)


def left(outage: Outage) -> tuple[Area, ...]:
    """Its areas, while it goes on without those that a step has restored whole, as far as their own words say."""
    restored = outage.restored if outage.state == "announced" else ()
    return tuple(area for area in outage.areas if not any(swallows(part, area) for part in restored)) or outage.areas


def checked(outage: Outage) -> None:
    """Raises BadOutage."""
    if outage.state not in ("draft", "announced"):
        raise BadOutage("an outage is written as a draft or announced")
    if outage.level not in (1, 2, 3):
        raise BadOutage("level is 3 (planned), 2 (internal) or 1 (external)")
    if outage.cause not in CAUSES:
        raise BadOutage(f"cause is one of {', '.join(CAUSES)}")
    if outage.starts_at.tzinfo is None or (outage.expected_at and outage.expected_at.tzinfo is None):
        raise BadOutage("a moment needs its zone")
    if outage.expected_at is not None and outage.expected_at <= outage.starts_at:
        raise BadOutage("the expected end is not after the beginning")
    if outage.ends_itself and outage.expected_at is None:
        raise BadOutage("what ends by itself needs its end")
    if any(len(words) > LONGEST_WORDS for words in outage.words.values()):
        raise BadOutage(f"words are {LONGEST_WORDS} characters at most")
    if not 0 < len(outage.areas) <= MOST_AREAS:
        raise BadOutage(f"an outage has 1 to {MOST_AREAS} areas")
    named(outage.areas)


def named(areas: Iterable[Area]) -> None:
    """Raises BadOutage for an area that does not name what its scope needs."""
    for area in areas:
        if missing := [name for name in _NEEDS[area.scope] if not getattr(area, name)]:
            raise BadOutage(f"an area of scope {area.scope} names {missing[0]}")


def body(outage: Outage, who: str, **more: Any) -> dict[str, Any]:
    """What programs are told of it: plain JSON, no person in it."""
    return {
        "id": outage.id,
        "code": outage.code,
        "state": outage.state,
        "level": outage.level,
        "topic": outage.topic,
        "asset_kind": outage.asset_kind,
        "cause": outage.cause,
        "organisation": outage.organisation,
        "words": dict(outage.words),
        "starts_at": outage.starts_at.isoformat(),
        "expected_at": outage.expected_at.isoformat() if outage.expected_at else None,
        "ended_at": outage.ended_at.isoformat() if outage.ended_at else None,
        "ends_itself": outage.ends_itself,
        "areas": [area_body(area) for area in outage.areas],
        "restored": [area_body(area) for area in outage.restored],
        "parent": outage.parent,
        "version": outage.version,
        "who": who,
        **more,
    }


def area_body(area: Area) -> dict[str, Any]:
    """An area without what its scope does not need."""
    names = ("territory_id", "part_id", "street_id", "building_id", "house_from", "house_to", "parity")
    return {"scope": area.scope, **{name: value for name in names if (value := getattr(area, name))}}


def area_of(body: Mapping[str, Any]) -> Area:
    """As `area_body` wrote it."""
    return Area(**body)
