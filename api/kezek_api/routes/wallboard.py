"""The wallboard, once or live."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from kezek_api import problems
from kezek_api.doors import Manager, OfDoors, manager_of
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

    place: AbstractContextManager[None] = nullcontext()  # FastAPI wants the constructor as it is

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self.place:
            await super().__call__(scope, receive, send)


@router.get("")
async def wallboard(doors: OfDoors) -> Wallboard:
    return await doors.board.picture(doors.queues)


@router.get("/events", response_class=Stream, responses={200: {"content": STREAM}})
async def events(
    doors: OfDoors, session: Manager, last_event_id: Annotated[str, Header(max_length=100)] = ""
) -> Stream:
    """Each event is the whole picture; after a reconnect the latest one comes at once, unless it was seen already. 429
    `too_many` for more streams of one person than anybody looks at."""
    login = session.staff.login
    doors.streams.need(login)
    stream = Stream(doors.board.events(last_event_id), headers=LIVE)
    stream.place = doors.streams.taken(login)
    return stream
