"""A suspicion becomes an outage, by one press or by a rule; whose it is, the rules of duties say."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from kezek_api.storm.usual import UNKNOWN
from kezek_register import Register
from kezek_register.areas import Area, Place
from kezek_register.outage_types import Level, Outage
from kezek_register.types import NotFound


async def confirm(
    register: Register,
    id: int,
    who: str,
    *,
    level: Level = 2,
    expected_at: datetime | None = None,
    words: Mapping[Any, str] | None = None,
    topic: str = "",
) -> Outage:
    """The outage, also when somebody else was quicker; `topic`: what it is, where that was not heard. Raises NotFound,
    SuspicionDecided, BadOutage, Unavailable."""
    kept = await register.suspicions.get(id)
    topic = topic or (kept.topic if kept.topic != UNKNOWN else "")
    kind = (await register.topics.begins_with(topic)).asset_kind
    place = await place_of(register, kept.areas[0]) if kept.areas else Place()
    answer = await register.duties.who(place, kind) if kind else None
    return await register.suspicions.confirm(
        id,
        who,
        level=level,
        expected_at=expected_at,
        words=words,
        organisation=answer.organisation.code if answer else "",
        asset_kind=kind,
        topic=topic,
    )


async def place_of(register: Register, area: Area) -> Place:
    """Some place in it; as much of it as the register knows."""
    with suppress(NotFound):
        match area.scope:
            case "building":
                return await register.places.place(area.building_id or 0)
            case "street" | "houses":
                return await register.places.of_house(area.street_id or 0, area.house_from)
            case "territory":
                return Place(territories=(area.territory_id or 0,))
            case "part":
                return Place(parts=(area.part_id or 0,))
    return Place()
