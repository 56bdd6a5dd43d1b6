"""Whoever looks at citizens' data is written down: every door that shows something does it, or is named here as one
that shows nobody's."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

from fastapi.routing import APIRoute

from kezek_api.app import build
from kit.api_roles import _routes

# numbers without people, the town's own places and organisations, what is published, the signed-in person's own
IMPERSONAL = {
    "/api/session", "/api/phone", "/api/colleagues", "/api/streets", "/api/streets/{id}/houses", "/api/topics",
    "/api/wallboard", "/api/wallboard/events", "/api/figures", "/api/staffing", "/api/addresses", "/api/territories",
    "/api/networks", "/api/organisations", "/api/organisations/{code}", "/api/asset-kinds", "/api/duties",
    "/api/duties/check", "/api/duties/answer", "/api/outages", "/api/outages/{id}", "/api/outages/{id}/announcement",
    "/api/outages/{id}/map", "/api/outages/{id}/still_out", "/api/outages/{id}/report", "/api/emergencies/services",
    "/api/checklists", "/api/executor/organisations",
    "/api/reports", "/api/reports/daily", "/api/notices.json", "/api/notices.rss", "/api/webhooks",
    "/api/webhooks/{id}/deliveries", "/api/docs", "/health", "/metrics", "/{path:path}",
    "/open311/discovery.{form}", "/open311/v2/services.{form}", "/open311/v2/services/{code}.{form}",
    "/open311/v2/tokens/{token}.{form}", "/open311/v2/requests.{form}", "/open311/v2/requests/{number}.{form}",
    "/open311/{path:path}", "/api/suspicions", "/api/suspicions/{id}", "/api/suspicions/{id}/map",
    "/api/suspicions/events", "/api/executor/troubles",
    "/api/ladder", "/api/ladder/rung", "/api/bulletins", "/api/bulletins/{id}/sound",
}  # fmt: skip


def test_every_look_at_a_citizens_data_is_audited() -> None:
    doors: Any = SimpleNamespace(settings=SimpleNamespace(origins=()))
    routes = [route for route in _routes(build(doors).routes) if "GET" in (route.methods or ())]
    unseen = {route.path for route in routes if not _audited(route)}
    assert unseen == IMPERSONAL & {route.path for route in routes}, (
        "call looks.audited, or say here that it is nobody's"
    )


def _audited(route: APIRoute) -> bool:
    """In the door itself, or in a function of its module that it calls."""
    module = inspect.getmodule(route.endpoint)
    called = [getattr(module, name, None) for name in route.endpoint.__code__.co_names]
    looked_into = [route.endpoint, *(each for each in called if inspect.isfunction(each))]
    return any("audited(" in inspect.getsource(each) for each in looked_into)
