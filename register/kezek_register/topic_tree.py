"""What a ticket of a topic begins with: its own words, else its parent's. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kezek_register.types import Topic

NONE = "-"  # in `asset_kind` and `emergency`: none, whatever the parent says


def begins_with(code: str, topics: Mapping[str, Topic]) -> Topic:
    """The topic with everything resolved: `kind` is never '', an `asset_kind` or `emergency` of '' means none.

    Hours and days come as a pair, with `accident`, from the nearest that has either; `accident` said nearer holds too.
    A code that is not known is an incident without a deadline: a ticket is registered whatever its topic.
    """
    asked = topics.get(code) or Topic(code, {})
    found = asked
    hours, days, accident = asked.allowed_hours, asked.allowed_days, asked.accident
    seen = {asked.code}
    for above in _above(asked, topics, seen):
        found = replace(
            found,
            kind=found.kind or above.kind,
            asset_kind=found.asset_kind or above.asset_kind,
            emergency=found.emergency or above.emergency,
        )
        if hours is None and days is None:
            hours, days, accident = above.allowed_hours, above.allowed_days, accident or above.accident
    return replace(
        found,
        kind=found.kind or "incident",
        asset_kind="" if found.asset_kind == NONE else found.asset_kind,
        emergency="" if found.emergency == NONE else found.emergency,
        allowed_hours=hours,
        allowed_days=days,
        accident=accident,
    )


def _above(topic: Topic, topics: Mapping[str, Topic], seen: set[str]) -> list[Topic]:
    """Its parents, the nearest first; a ring ends where it began."""
    found: list[Topic] = []
    parent = topics.get(topic.parent)
    while parent is not None and parent.code not in seen:
        seen.add(parent.code)
        found.append(parent)
        parent = topics.get(parent.parent)
    return found
