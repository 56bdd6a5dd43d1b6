"""The wallboard, once or live."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from kezek_api import problems
from kezek_api.doors import OfDoors, manager_of
from kezek_api.shapes_figures import Wallboard

router = APIRouter(
    prefix="/api/wallboard",
    tags=["wallboard"],
    responses=problems.RESPONSES,
    dependencies=[Depends(manager_of)],
)


@router.get("")
async def wallboard(doors: OfDoors) -> Wallboard:
    return await doors.board.picture(doors.queues)


@router.get("/events", response_class=EventSourceResponse)
async def events(
    doors: OfDoors, last_event_id: Annotated[str, Header(max_length=100)] = ""
) -> AsyncIterator[ServerSentEvent]:
    """Each event is the whole picture; after a reconnect the latest one comes at once, unless it was seen already."""
    async for id, _ in doors.board.changes(last_event_id):
        yield ServerSentEvent(event="wallboard", id=id, raw_data=doors.board.text)
