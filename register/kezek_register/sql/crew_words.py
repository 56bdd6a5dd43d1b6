"""The word of who is there: kept with who said it, and a report of trouble that detection weighs."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kezek_register.areas import Area
from kezek_register.detection.types import Says
from kezek_register.outage_rules import area_body, area_of, named
from kezek_register.outage_types import BadOutage, OutageOver
from kezek_register.sql import events, outage_parts, outage_rows, suspicion_rows, trouble_reports
from kezek_register.sql.database import Database
from kezek_register.sql.outage_base import REVISION as OUTAGES
from kezek_register.sql.outage_concerned import inside
from kezek_register.sql.place_tables import NetworkPartRow, TerritoryRow
from kezek_register.sql.revisions import bump
from kezek_register.sql.storm_tables import CrewWordRow, TroubleReportRow
from kezek_register.sql.tables import BuildingRow, StreetRow
from kezek_register.trouble_types import CrewWord, SuspicionDecided, Trouble
from kezek_register.types import NotFound

MOST_AREAS = 50
AGAIN = timedelta(minutes=1)  # the same word within so long is the same press
VOICES = timedelta(hours=2)  # reports that are older are evidence of nothing any more
MOST_HOUSES = 200  # from which somebody has reported, in one area
SUSPICIONS = "suspicions"
_KNOWN: tuple[tuple[str, type[Any]], ...] = (
    ("territory_id", TerritoryRow),
    ("part_id", NetworkPartRow),
    ("street_id", StreetRow),
    ("building_id", BuildingRow),
)


class CrewWords:
    """Told to programs in its own transaction: 'suspicion.word', 'outage.word'."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    async def say(self, word: CrewWord) -> CrewWord:
        """Written down, and heard by whoever looks for mass outages. The same word of an organisation within AGAIN is
        the same. Raises NotFound (what it is about, a place, the organisation), SuspicionDecided (merged), OutageOver
        (a draft, cancelled), BadOutage (too many areas, one that names nothing, 'on' where it was never out)."""
        if len(word.areas) > MOST_AREAS:
            raise BadOutage(f"{MOST_AREAS} areas at most are named at once")
        named(word.areas)
        now = self._clock()
        async with self._database.writing() as session:
            topic, whole = await _about(session, word)
            organisation_id = await outage_rows.organisation_id(session, word.organisation)
            if organisation_id is None:
                raise NotFound("no organisation")
            if (said := await _said_just_now(session, word, organisation_id, now)) is not None:
                return said
            await _known(session, word.areas)
            for area in word.areas if word.says == "on" else ():
                if not await outage_parts.meets(session, area, whole):
                    raise BadOutage(f"{area_body(area)} is not in it")
            row = CrewWordRow(
                at=now,
                says=word.says,
                organisation_id=organisation_id,
                by=word.by,
                areas=[area_body(area) for area in word.areas],
                why=word.why,
                suspicion_id=word.suspicion_id,
                outage_id=word.outage_id,
            )
            session.add(row)
            await session.flush()
            said = _value(row, word.organisation)
            async for report in _reports(session, said, whole, topic, now):
                await trouble_reports.write(self._database, session, report, now)
            await bump(self._database, session, SUSPICIONS if word.suspicion_id is not None else OUTAGES)
            await events.write(session, f"{'suspicion' if word.suspicion_id else 'outage'}.word", _body(said), now)
        return said

    async def of(self, *, suspicions: Collection[int] = (), outages: Collection[int] = ()) -> list[CrewWord]:
        """What was said of these, the newest first."""
        if not suspicions and not outages:
            return []
        about = or_(CrewWordRow.suspicion_id.in_(suspicions), CrewWordRow.outage_id.in_(outages))
        async with self._database.reading() as session:
            rows = list(await session.scalars(select(CrewWordRow).where(about).order_by(CrewWordRow.id.desc())))
            codes = await outage_rows.organisation_codes(session, {row.organisation_id for row in rows})
            return [_value(row, codes[row.organisation_id]) for row in rows]

    async def said_since(self, by: str, since: datetime) -> int:
        """How many words that login has written down since."""
        wanted = select(func.count()).where(CrewWordRow.by == by, CrewWordRow.at >= since)
        async with self._database.reading() as session:
            return await session.scalar(wanted) or 0


async def _about(session: AsyncSession, word: CrewWord) -> tuple[str, tuple[Area, ...]]:
    """Its topic and areas; the row is held until the word is written."""
    if word.suspicion_id is not None:
        suspicion = await suspicion_rows.one(session, word.suspicion_id, lock=True)
        if suspicion.state == "merged":
            raise SuspicionDecided("it has become a part of another")
        return suspicion.topic, suspicion_rows.areas_of(suspicion.areas)
    row = await outage_rows.one(session, word.outage_id or 0, lock=True)
    if row.state not in ("announced", "restored"):
        raise OutageOver(f"the outage is {row.state}")
    return row.topic, (await outage_rows.whole(session, row)).areas


async def _said_just_now(session: AsyncSession, word: CrewWord, organisation_id: int, now: datetime) -> CrewWord | None:
    wanted = select(CrewWordRow).where(
        CrewWordRow.organisation_id == organisation_id,
        CrewWordRow.suspicion_id.is_(None)
        if word.suspicion_id is None
        else CrewWordRow.suspicion_id == word.suspicion_id,
        CrewWordRow.outage_id.is_(None) if word.outage_id is None else CrewWordRow.outage_id == word.outage_id,
    )
    row = await session.scalar(wanted.order_by(CrewWordRow.id.desc()).limit(1))
    if row is None or row.at <= now - AGAIN or row.says != word.says:
        return None
    return _value(row, word.organisation) if row.areas == [area_body(area) for area in word.areas] else None


async def _known(session: AsyncSession, areas: Sequence[Area]) -> None:
    """Raises NotFound for a place that the register does not have."""
    for name, table in _KNOWN:
        for id in {id for area in areas if (id := getattr(area, name))}:
            if await session.get(table, id) is None:
                raise NotFound(f"no {name.removesuffix('_id')} {id}")


async def _reports(
    session: AsyncSession, word: CrewWord, whole: Sequence[Area], topic: str, now: datetime
) -> AsyncIterator[Trouble]:
    """One voice for all of it, or one for each area that it names. 'on' is said where somebody has reported too: it is
    those reports that it speaks against."""
    areas = word.areas or tuple(whole)
    share = await _share(session, areas, whole) if word.says == "on" and word.areas else 1.0
    crew = word.organisation if share >= 1.0 and word.says == "on" else f"{word.organisation}:{_digest(areas)}"
    number = 0
    for area in areas:
        places = await _places(session, area, now - VOICES)
        for place in places if word.says == "on" else places[:1]:
            number += 1
            party = crew if word.says == "on" or not word.areas else f"{word.organisation}:{_digest([area])}"
            yield Trouble(
                f"crew:{word.id}:{number}", now, "crew", topic, crew=party, sure=share, says=word.says, **place
            )


async def _share(session: AsyncSession, areas: Sequence[Area], whole: Sequence[Area]) -> float:
    """Of the houses of the whole those in these areas: so far 'on' there speaks against all of it."""
    here = select(func.count(BuildingRow.id)).join(StreetRow, StreetRow.id == BuildingRow.street_id)
    here = here.where(await inside(session, whole))
    every = await session.scalar(here) or 0
    some = await session.scalar(here.where(await inside(session, areas))) or 0
    return some / every if every else 1.0


async def _places(session: AsyncSession, area: Area, since: datetime) -> list[dict[str, Any]]:
    """In the words of a report: the area itself, where it has such words, then its houses from which somebody spoke;
    else the house in its middle."""
    found: list[dict[str, Any]] = []
    if area.scope == "street":
        found.append({"street_id": area.street_id})
    elif area.scope == "part":
        found.append({"part_id": area.part_id})
    here = select(BuildingRow.id, BuildingRow.street_id, BuildingRow.house)
    here = here.join(StreetRow, StreetRow.id == BuildingRow.street_id).where(await inside(session, [area]))
    spoke = select(TroubleReportRow.building_id).where(
        TroubleReportRow.arrived_at >= since, TroubleReportRow.building_id.is_not(None)
    )
    houses = list(
        await session.execute(here.where(BuildingRow.id.in_(spoke)).order_by(BuildingRow.id).limit(MOST_HOUSES))
    )
    if not houses and not found:
        all_of = list(await session.execute(here.order_by(BuildingRow.id).limit(MOST_HOUSES)))
        houses = all_of[len(all_of) // 2 :][:1]
    found += [{"building_id": id, "street_id": street, "house": house} for id, street, house in houses]
    if not found and area.street_id:
        found.append({"street_id": area.street_id, "house": area.house_from})
    return found


def _digest(areas: Sequence[Area]) -> str:
    return sha256(json.dumps([area_body(area) for area in areas], sort_keys=True).encode()).hexdigest()[:12]


def _value(row: CrewWordRow, organisation: str) -> CrewWord:
    return CrewWord(
        says=cast(Says, row.says),
        organisation=organisation,
        by=row.by,
        areas=tuple(area_of(one) for one in row.areas),
        why=row.why,
        suspicion_id=row.suspicion_id,
        outage_id=row.outage_id,
        id=row.id,
        at=row.at,
    )


def _body(word: CrewWord) -> dict[str, Any]:
    """What programs are told of it."""
    return {
        "suspicion": word.suspicion_id,
        "outage": word.outage_id,
        "says": word.says,
        "organisation": word.organisation,
        "areas": [area_body(area) for area in word.areas],
        "who": word.by,
        "why": word.why,
    }
