"""The wallboard, once or live."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header
from starlette.responses import StreamingResponse

from kezek_api import problems
from kezek_api.doors import OfDoors, manager_of
from kezek_api.shapes_figures import Wallboard

router = APIRouter(
    prefix="/api/wallboard",
    tags=["wallboard"],
    responses=problems.RESPONSES,
    dependencies=[Depends(manager_of)],
)
# An event of this stream in the document, as FastAPI has it for its own
STREAM: dict[str, Any] = {
    "text/event-stream": {
        "itemSchema": {
            "type": "object",
            "properties": {
                "data": {"type": "string"},
                "event": {"type": "string"},
                "id": {"type": "string"},
                "retry": {"type": "integer", "minimum": 0},
            },
        }
    }
}
LIVE = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}  # nothing between may keep it back


class Stream(StreamingResponse):
    """FastAPI's own writes each event anew for each stream."""

    media_type = "text/event-stream"


@router.get("")
async def wallboard(doors: OfDoors) -> Wallboard:
    return await doors.board.picture(doors.queues)


@router.get("/events", response_class=Stream, responses={200: {"content": STREAM}})
async def events(doors: OfDoors, last_event_id: Annotated[str, Header(max_length=100)] = "") -> Stream:
    """Each event is the whole picture; after a reconnect the latest one comes at once, unless it was seen already."""
    return Stream(doors.board.events(last_event_id), headers=LIVE)
