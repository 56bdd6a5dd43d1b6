"""Outages with their areas in words, in their reader's language, and on the map."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from kezek_api.auth import Session
from kezek_api.doors import Doors
from kezek_api.looks import asked, audited
from kezek_api.shapes_crew_words import WordView
from kezek_api.shapes_outage_ends import LeftView, RestorationView, StillOutView
from kezek_api.shapes_outages import ExpectationView, OutageView, StepView
from kezek_api.shapes_places import AreaView, HouseFeature, HouseMap, HouseOnMap, Point
from kezek_register.areas import Area
from kezek_register.outage_rules import is_now
from kezek_register.outage_types import Outage
from kezek_register.still_out import StillOut
from kezek_register.still_out_words import left_in_words, mistaken_in_words
from kezek_register.types import Building

MOST_HOUSES = 5_000  # on one map
MOST_GROUPS = 50  # places that are still out


async def outage_view(doors: Doors, outage: Outage, language: str) -> OutageView:
    return (await outage_views(doors, [outage], language, datetime.now(UTC)))[0]


async def outage_views(doors: Doors, outages: Sequence[Outage], language: str, now: datetime) -> tuple[OutageView, ...]:
    areas = [area for one in outages for area in one.areas]
    areas += [area for one in outages for step in one.restorations for area in step.areas]
    told = await asked(doors.register.crew_words.of(outages=[one.id for one in outages]))
    areas += [area for word in told for area in word.areas]
    named = await asked(doors.register.area_names.of(areas))

    def shown(some: Sequence[Area]) -> tuple[AreaView, ...]:
        return tuple(AreaView.of(area, named.title(area, language)) for area in some)

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
            areas=shown(one.areas),
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
            saved=one.saved,
            restored=shown(one.restored),
            restorations=tuple(RestorationView.of(each, shown(each.areas)) for each in one.restorations),
            parent=one.parent,
            announced_at=one.announced_at,
            chain_at=one.chain_at,
            chain_by=one.chain_by,
            said=tuple(WordView.of(word, named, language) for word in told if word.outage_id == one.id),
            version=one.version,
        )
        for one in outages
    )


async def still_out_view(doors: Doors, told: StillOut, language: str) -> StillOutView:
    named = await asked(doors.register.area_names.of(each.area for each in told.groups))
    groups = []
    for each in told.groups[:MOST_GROUPS]:
        title = named.title(each.area, language)
        live = await asked(doors.register.outages.concerned([each.area]))
        groups.append(
            LeftView(
                kind=each.kind,
                areas=(AreaView.of(each.area, title),),
                words=left_in_words(each, named.said(each.area, language), language),
                households=live.households,
                parties=len(each.parties),
                answered=each.answered,
                certainty=round(each.certainty, 4),
            )
        )
    return StillOutView(
        groups=tuple(groups),
        nowhere=len(told.nowhere),
        answered=told.answered,
        still_out=told.out,
        mistaken=told.mistaken,
        words=mistaken_in_words(told, language),
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
