"""Is it well, and its numbers for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST

from kezek_api import metrics, problems
from kezek_api.doors import OfDoors, loopback
from kezek_api.shapes import HealthView

router = APIRouter(tags=["health"])


@router.get(
    "/health", responses={503: {"model": HealthView, "description": "A vital part is down, or the node is going down"}}
)
async def health(doors: OfDoors, response: Response) -> HealthView:
    view = doors.health.view()
    response.status_code = 503 if view.status in ("down", "draining") else 200
    response.headers["Cache-Control"] = "no-store"
    return view


@router.get(
    "/metrics",
    dependencies=[Depends(loopback)],
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}, 403: problems.RESPONSES[403]},
)
async def prometheus(doors: OfDoors) -> Response:
    return Response(metrics.render(doors.board, doors.health, len(doors.desks)), media_type=CONTENT_TYPE_LATEST)
