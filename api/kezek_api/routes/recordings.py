"""Listening to a call's recording."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import FileResponse

from kezek_api import problems
from kezek_api.doors import Manager, OfDoors
from kezek_api.filing import within
from kezek_api.looks import LIMIT_S, audited
from kezek_api.recordings import path_of
from kezek_api.routes.history import CallId
from kezek_register.types import NotFound

router = APIRouter(prefix="/api/recordings", tags=["recordings"], responses=problems.RESPONSES)


@router.get("/{call}", response_class=FileResponse)
async def recording(call: CallId, doors: OfDoors, session: Manager) -> FileResponse:
    """`audio/wav`, in ranges too. Each look is written into the audit; what a player reads within a minute is one."""
    kept = await within(doors.register.recordings.of(call), LIMIT_S)
    if kept is None or kept.expires <= datetime.now(UTC):
        raise NotFound("There is no recording of this call")
    file = await asyncio.to_thread(path_of, doors.settings.recordings_folder, kept.file, search=True)
    if file is None:
        raise NotFound("There is no recording of this call")
    await audited(doors, session.staff.login, "recording", call)
    return FileResponse(file, media_type="audio/wav", headers={"Cache-Control": "no-store"})
