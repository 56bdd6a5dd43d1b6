"""Streets and topics: reading the register."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from kezek_api import problems
from kezek_api.doors import OfDoors, SignedIn, session_of
from kezek_api.shapes import Houses, Streets, StreetView, Topics, TopicView
from kezek_register import street_name
from kezek_register.topic_tree import begins_with
from kezek_register.types import Street

router = APIRouter(prefix="/api", tags=["register"], responses=problems.RESPONSES, dependencies=[Depends(session_of)])


@router.get("/streets")
async def streets(doors: OfDoors, session: SignedIn, q: Annotated[str, Query(max_length=100)] = "") -> Streets:
    """At most 10, the nearest first; in the language of whoever asks."""
    language = session.staff.language
    found = await doors.register.addresses.search(q, language, 10) if q.strip() else []
    return Streets(streets=tuple(_street(street, language) for street, _ in found[:10]))


@router.get("/streets/{id}/houses")
async def houses(id: Annotated[int, Path(ge=1, le=2**31 - 1)], doors: OfDoors) -> Houses:
    await doors.register.addresses.street(id)
    return Houses(houses=tuple(await doors.register.addresses.houses(id)))


@router.get("/topics")
async def topics(doors: OfDoors) -> Topics:
    """In their order, each with what a ticket of it begins with."""
    found = await doors.register.topics.all()
    known = {one.code: one for one in found}
    begun = (replace(begins_with(one.code, known), parent=one.parent, names=one.names) for one in found)
    return Topics(topics=tuple(TopicView.model_validate(one, from_attributes=True) for one in begun))


def _street(street: Street, language: str) -> StreetView:
    return StreetView(id=street.id, name=street_name(street, language), kind=street.kind)
