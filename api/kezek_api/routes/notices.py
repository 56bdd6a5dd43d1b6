"""The public feed of outages and planned works: without sign-in, without anybody's data."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from kezek_api import problems
from kezek_api.doors import OfDoors
from kezek_api.published import KEEP_S, rss
from kezek_api.shapes_duties import Language
from kezek_api.shapes_notices import PublicNotices

router = APIRouter(prefix="/api", tags=["notices"], responses=problems.RESPONSES)

Told = Annotated[Language, Query(description="In which it is read")]
RSS = "application/rss+xml"
FEED: dict[int | str, dict[str, Any]] = {200: {"content": {RSS: {"schema": {"type": "string"}}}}}


@router.get("/notices.json")
async def notices(doors: OfDoors, response: Response, language: Told = "kk") -> PublicNotices:
    """Those that go on, then those that come, then those of the last day."""
    response.headers["Cache-Control"] = f"public, max-age={KEEP_S:.0f}"
    response.headers["Access-Control-Allow-Origin"] = "*"  # the city's own site may show them
    return await doors.published.notices(doors.register, language)


@router.get(
    "/notices.rss", response_class=Response, responses={200: {"content": {RSS: {"schema": {"type": "string"}}}}}
)
async def feed(doors: OfDoors, request: Request, language: Told = "kk") -> Response:
    """The same as RSS 2.0."""
    told = await doors.published.notices(doors.register, language)
    headers = {"Cache-Control": f"public, max-age={KEEP_S:.0f}"}
    return Response(rss(told, str(request.base_url).rstrip("/")), media_type=RSS, headers=headers)
