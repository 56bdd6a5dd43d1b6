"""Outages with their areas in words, in their reader's language, and on the map."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from kezek_api.auth import Session
from kezek_api.doors import Doors
from kezek_api.looks import asked, audited
from kezek_api.shapes_outages import ExpectationView, OutageView, StepView
from kezek_api.shapes_places import AreaView, HouseFeature, HouseMap, HouseOnMap, Point
from kezek_register.areas import Area
from kezek_register.outage_rules import is_now
from kezek_register.outage_types import Outage
from kezek_register.types import Building

MOST_HOUSES = 5_000  # on one map


async def outage_view(doors: Doors, outage: Outage, language: str) -> OutageView:
    return (await outage_views(doors, [outage], language, datetime.now(UTC)))[0]


async def outage_views(doors: Doors, outages: Sequence[Outage], language: str, now: datetime) -> tuple[OutageView, ...]:
    named = await asked(doors.register.area_names.of(area for outage in outages for area in outage.areas))
    return tuple(
        OutageView(
            id=one.id,
            code=one.code,
            state=one.state,
            now=is_now(one, now),
            level=one.level,
            topic=one.topic,
            asset_kind=one.asset_kind,
            cause=one.cause,
            organisation=one.organisation,
            words=one.words,
            areas=tuple(AreaView.of(area, named.title(area, language)) for area in one.areas),
            starts_at=one.starts_at,
            expected_at=one.expected_at,
            ended_at=one.ended_at,
            ends_itself=one.ends_itself,
            created_at=one.created_at,
            created_by=one.created_by,
            expectations=tuple(ExpectationView.of(each) for each in one.expectations),
            steps=tuple(StepView.of(each, doors.checklists.names(each.code)) for each in one.steps),
            ties=one.ties,
            calls=one.calls,
            still_out=one.still_out,
            version=one.version,
        )
        for one in outages
    )


async def house_map(doors: Doors, session: Session, areas: Sequence[Area]) -> HouseMap:
    """The buildings of these areas."""
    return await drawn(doors, session, await asked(doors.register.house_maps.of_areas(areas, MOST_HOUSES + 1)))


async def drawn(doors: Doors, session: Session, buildings: Sequence[Building]) -> HouseMap:
    """As GeoJSON; who needs help first is a look at people."""
    if any(one.special_needs for one in buildings):
        await audited(doors, session.staff.login, "special_needs", "map")
    language = session.staff.language
    features = tuple(
        HouseFeature(
            id=one.id,
            geometry=Point(coordinates=(one.lon or 0.0, one.lat or 0.0)),
            properties=HouseOnMap(
                street_id=one.street_id,
                street=doors.street_name(one.street_id, language),
                house=one.house,
                people=one.people,
                special_needs=one.special_needs,
            ),
        )
        for one in buildings[:MOST_HOUSES]
    )
    return HouseMap(features=features, whole=len(buildings) <= MOST_HOUSES)
