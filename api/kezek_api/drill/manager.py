"""The manager of a drill: confirms what is suspected in a storm's street by the doors of whichever node lives, opens an
outage by hand where nothing has been suspected in time, and says when it is over."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import httpx

from kezek_api.drill.types import CallerPlan, Outaged, SitePoints, Stage, Storm

LIMIT_S = 10.0
AGAIN_S = 0.3
BY_HAND_S = 16.0  # after the storm's beginning, when nothing is suspected
SPREAD, PER_S = 32, 2.0  # so many, so many a second, dial behind a late stage
TOPIC = "heating"
LASTS_S = 10.0  # at least, when it was confirmed late
WAITS_S = 90.0  # for a stage of a storm, then he dials all the same


class Manager:
    """`await manager.sees_to(storm)` for each; what he did is in `done`."""

    def __init__(self, points: SitePoints, started: float) -> None:
        """`started`: the load's beginning, monotonic seconds."""
        self._points, self._started = points, started
        self._cookies = httpx.Cookies()
        self._nodes = cycle(points.pages.values())
        self._node = next(self._nodes)
        self.done: list[Outaged] = []
        self._stages: dict[tuple[int, Stage | None], asyncio.Event] = defaultdict(asyncio.Event)

    async def dials(self, plan: CallerPlan) -> None:
        """Returns when his storm has come so far."""
        if plan.dials_when is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(WAITS_S):
                    await self._stages[plan.storm, plan.dials_when].wait()
                if self._now > plan.at_s + AGAIN_S:  # it was late: not all of them at one moment
                    await asyncio.sleep(int(plan.number) % SPREAD / PER_S)

    async def sees_to(self, storm: Storm) -> None:
        one = Outaged(storm)
        self.done.append(one)
        await self._until(storm.at_s)
        told: dict[str, Any] = {}
        while not told:  # it may be a part of another one by now
            suspicion = await self._suspected(storm)
            one.by_hand, one.begins_at = suspicion is None, one.begins_at or self._now
            if suspicion is None:
                told = await self._opened(storm)
            else:
                one.suspected_at = one.suspected_at or self._now
                topic = TOPIC if suspicion["topic"] == "unknown" else ""
                told = await self._asks("POST", f"/api/suspicions/{suspicion['id']}/confirm", {"topic": topic})
        one.id = told["id"]
        self._stages[storm.number, "known"].set()
        await self._until(max(storm.closes_s, self._now + LASTS_S))
        one.closing_at = self._now
        await self._asks("POST", f"/api/outages/{one.id}/close", {})
        one.closed_at = self._now
        self._stages[storm.number, "over"].set()

    async def _opened(self, storm: Storm) -> dict[str, Any]:
        """Its code makes it one, however often it is asked for."""
        order = {
            "code": storm.street,
            "topic": TOPIC,
            "level": 2,
            "cause": "burst_pipe",
            "starts_at": datetime.now(UTC).isoformat(),
            "areas": [{"scope": "street", "street_id": self._points.streets[storm.street]}],
        }
        if told := await self._asks("POST", "/api/outages", order):
            return dict(told)
        known = (await self._asks("GET", "/api/outages?state=now&limit=100"))["outages"]
        return next((dict(each) for each in known if each["code"] == storm.street), {})

    @property
    def _now(self) -> float:
        return time.monotonic() - self._started

    async def _until(self, at_s: float) -> None:
        await asyncio.sleep(at_s - self._now)

    async def _suspected(self, storm: Storm) -> dict[str, Any] | None:
        """What names the street; None when nothing does in time."""
        street = self._points.streets[storm.street]
        while self._now < storm.at_s + BY_HAND_S:
            found: Sequence[dict[str, Any]] = (await self._asks("GET", "/api/suspicions?state=open"))["suspicions"]
            for one in found:
                if any(area["street_id"] == street for area in one["areas"]):
                    return one
            await asyncio.sleep(AGAIN_S)
        return None

    async def _asks(self, verb: str, path: str, body: object = None) -> Any:
        """One node after the other, until one has done it. What was done already when its answer got lost is done
        again, or refused as done: then there is nothing to be told ({}). Raises RuntimeError when it is refused."""
        while True:
            try:
                async with httpx.AsyncClient(
                    base_url=self._node, headers={"Origin": self._node}, timeout=LIMIT_S, cookies=self._cookies
                ) as client:
                    answer = await client.request(verb, path, json=body)
                    if answer.status_code == httpx.codes.UNAUTHORIZED:
                        login, password = self._points.manager
                        signed_in = await client.post("/api/session", json={"login": login, "password": password})
                        signed_in.raise_for_status()
                        self._cookies = httpx.Cookies(client.cookies)
                        continue
                    if answer.status_code == httpx.codes.CONFLICT:
                        return {}
                    if answer.is_client_error and answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
                        raise RuntimeError(f"{verb} {path}: {answer.status_code} {answer.text[:300]}")
                    answer.raise_for_status()
                    return answer.json()
            except (httpx.HTTPError, ValueError):
                self._node = next(self._nodes)
                await asyncio.sleep(AGAIN_S)
