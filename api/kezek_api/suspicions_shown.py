"""Suspicions with their areas and their evidence in words, in their reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from kezek_api.doors import Doors
from kezek_api.looks import asked
from kezek_api.shapes_crew_words import WordView
from kezek_api.shapes_places import AreaView
from kezek_api.shapes_suspicions import SuspicionView
from kezek_api.storm.usual import UNKNOWN
from kezek_api.storm.words import UNHEARD, told_in_words
from kezek_register.announcements import Names
from kezek_register.trouble_types import KeptSuspicion


async def suspicion_views(doors: Doors, found: Sequence[KeptSuspicion], language: str) -> tuple[SuspicionView, ...]:
    told = await asked(doors.register.crew_words.of(suspicions=[one.id for one in found]))
    every = [area for one in found for area in one.areas] + [area for word in told for area in word.areas]
    named = await asked(doors.register.area_names.of(every))
    topics = {topic.code: topic.names for topic in await asked(doors.register.topics.all())} if found else {}
    topics[UNKNOWN] = UNHEARD
    views = []
    for one in found:
        areas = tuple(AreaView.of(area, named.title(area, language)) for area in one.areas)
        views.append(
            SuspicionView(
                id=one.id,
                state=one.state,
                topic=one.topic,
                areas=areas,
                words=told_in_words(one, Names(named, topics), language),
                reports=one.reports,
                parties=one.parties,
                households=one.households,
                special_needs=one.special_needs,
                certainty=one.certainty,
                usual=one.usual,
                span_s=one.span_s,
                first_at=one.first_at,
                last_at=one.last_at,
                grown=one.grown,
                against=one.against,
                of=one.of,
                outage_id=one.outage_id,
                beyond=await _beyond(doors, one),
                decided_at=one.decided_at,
                decided_by=one.decided_by,
                why=one.why,
                said=tuple(WordView.of(word, named, language) for word in told if word.suspicion_id == one.id),
            )
        )
    return tuple(views)


async def suspicion_view(doors: Doors, one: KeptSuspicion, language: str) -> SuspicionView:
    return (await suspicion_views(doors, [one], language))[0]


async def _beyond(doors: Doors, one: KeptSuspicion) -> bool:
    if one.outage_id is None or one.state != "confirmed":
        return False
    outage = await asked(doors.register.outages.get(one.outage_id))
    return outage.state == "announced" and set(one.areas) > set(outage.areas)
