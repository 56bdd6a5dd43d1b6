"""The word of who is there: 'nothing is missing', or 'it is out here', of a suspicion or an outage. By an executor's
own doors, or written down by the second line, which the crew has rung."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter

from kezek_api import problems
from kezek_api.auth import Session
from kezek_api.crew_troubles import of_outage, of_suspicion, own_outage, own_suspicion, own_troubles
from kezek_api.doors import Doors, Executor, OfDoors, SecondLine
from kezek_api.errors import Invalid, TooMany
from kezek_api.executors import own_organisation
from kezek_api.looks import asked, audited
from kezek_api.outages_shown import outage_views
from kezek_api.routes.outages import OutageId
from kezek_api.routes.suspicions import SuspicionId
from kezek_api.shapes_crew_words import (
    ExecutorOutage,
    ExecutorSuspicion,
    ExecutorTroubles,
    WordIn,
    WordOfIn,
    WordView,
)
from kezek_api.suspicions_shown import suspicion_views
from kezek_register.trouble_types import CrewWord

router = APIRouter(prefix="/api", tags=["suspicions"], responses=problems.RESPONSES)
MOST, WITHIN = 60, timedelta(minutes=10)  # words of one login


@router.get("/executor/troubles")
async def troubles(doors: OfDoors, session: Executor) -> ExecutorTroubles:
    """What is suspected and what is out where his organisation answers for it."""
    own, language = await own_organisation(doors, session), session.staff.language
    suspicions, outages = await own_troubles(doors, own.code)
    suspected = await suspicion_views(doors, suspicions, language)
    known = await outage_views(doors, outages, language, datetime.now(UTC))
    return ExecutorTroubles(
        suspicions=tuple(ExecutorSuspicion.model_validate(one.model_dump()) for one in suspected),
        outages=tuple(ExecutorOutage.model_validate(one.model_dump()) for one in known),
    )


@router.post("/executor/suspicions/{id}/word", status_code=201)
async def crew_of_suspicion(id: SuspicionId, body: WordIn, doors: OfDoors, session: Executor) -> WordView:
    """404 `not_found` for one where another organisation answers."""
    own = await own_organisation(doors, session)
    await own_suspicion(doors, id, own.code)
    return await _say(doors, session, body, own.code, suspicion_id=id)


@router.post("/executor/outages/{id}/word", status_code=201)
async def crew_of_outage(id: OutageId, body: WordIn, doors: OfDoors, session: Executor) -> WordView:
    """'on' restores nothing by itself: that is the second line's press. 404 `not_found` for another organisation's."""
    own = await own_organisation(doors, session)
    await own_outage(doors, id, own.code)
    return await _say(doors, session, body, own.code, outage_id=id)


@router.post("/suspicions/{id}/word", status_code=201)
async def word_of_suspicion(id: SuspicionId, body: WordOfIn, doors: OfDoors, session: SecondLine) -> WordView:
    """As the crew said it by telephone."""
    kept = await asked(doors.register.suspicions.get(id))
    organisation = body.organisation or _only(await of_suspicion(doors, kept))
    return await _say(doors, session, body, organisation, suspicion_id=id)


@router.post("/outages/{id}/word", status_code=201)
async def word_of_outage(id: OutageId, body: WordOfIn, doors: OfDoors, session: SecondLine) -> WordView:
    """As the crew said it by telephone."""
    outage = await asked(doors.register.outages.get(id))
    organisation = body.organisation or _only(await of_outage(doors, outage))
    return await _say(doors, session, body, organisation, outage_id=id)


def _only(answers: frozenset[str]) -> str:
    """Raises Invalid when it is not one: then whose crew it is has to be said."""
    if len(answers) != 1:
        raise Invalid("Say whose crew it is: organisation")
    return next(iter(answers))


async def _say(
    doors: Doors,
    session: Session,
    body: WordIn,
    organisation: str,
    *,
    suspicion_id: int | None = None,
    outage_id: int | None = None,
) -> WordView:
    login, words = session.staff.login, doors.register.crew_words
    if await asked(words.said_since(login, datetime.now(UTC) - WITHIN)) >= MOST:
        raise TooMany("Too many words at once", int(WITHIN.total_seconds()))
    subject = f"suspicion {suspicion_id}" if suspicion_id else f"outage {outage_id}"
    await audited(doors, login, "crew_word", subject, once_in_s=0)
    areas = tuple(one.area() for one in body.areas)
    word = CrewWord(body.says, organisation, login, areas, body.why.strip(), suspicion_id, outage_id)
    said = await asked(words.say(word))
    return WordView.of(said, await asked(doors.register.area_names.of(said.areas)), session.staff.language)
