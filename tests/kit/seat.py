"""A member of staff at the page, in a whole hotline: reads the desk, answers it, does things as the page does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from typing import Any

from websockets.exceptions import ConnectionClosed

from kit.api import Page, until
from kit.sip_agent import SipAgent

LIMIT_S = 15.0
AGAIN, AGAIN_S = 1013, 0.2


class Seat:
    """A member of staff at the page: reads the desk, answers it, and does things as the page does."""

    def __init__(self, login: str, page: Page, phone: SipAgent | None) -> None:
        self.login, self.page, self._phone = login, page, phone
        self.pop: dict[str, Any] | None = None
        self.operator: dict[str, Any] = {}
        self.pops: list[dict[str, Any]] = []
        self.gone: list[dict[str, Any]] = []
        self.states: list[tuple[float, str, str]] = []  # monotonic time, state, reason

    @property
    def phone(self) -> SipAgent:
        assert self._phone is not None
        return self._phone

    async def read(self) -> None:
        """Opened again when it is asked to try again later, as the page does."""
        code = AGAIN
        while code == AGAIN:
            async with self.page.desk() as socket:
                with contextlib.suppress(ConnectionClosed):
                    async for raw in socket:
                        message = json.loads(raw)
                        await socket.send(json.dumps({"type": "ack", "seq": message["seq"]}))
                        self._take(message["type"], message["data"])
            code = socket.close_code or 0
            await asyncio.sleep(AGAIN_S)

    def _take(self, kind: str, data: Any) -> None:
        if kind == "snapshot":
            self._take("operator", data["operator"])
            if data["pop"]:
                self._take("pop", data["pop"])
        elif kind == "operator":
            self.operator = data
            self.states.append((time.monotonic(), data["state"], data["reason"]))
        elif kind == "pop":
            self.pop = data
            self.pops.append(data)
        elif kind == "pop_gone":
            self.pop = None
            self.gone.append(data)

    async def does(self, verb: str, path: str, body: Any = None) -> Any:
        """A door, which must open."""
        answer = await self.tries(verb, path, body)
        assert answer.is_success, f"{verb} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def tries(self, verb: str, path: str, body: Any = None) -> Any:
        return await self.page.http.request(verb, path, json=body)

    async def refused(self, path: str, body: Any = None) -> tuple[int, str]:
        """Status and code of a door that does not open."""
        answer = await self.tries("POST", path, body)
        return answer.status_code, answer.json()["code"] if answer.content else ""

    async def with_call(self, what: str, body: Any = None) -> None:
        """A door of the call on the screen."""
        assert self.pop, "no call on the screen"
        await self.does("POST", f"/api/calls/{self.pop['call']}/{what}", body)

    async def ready(self) -> None:
        await self.does("POST", "/api/operator/ready")
        await self.state("ready", "offered", "talking")

    async def done(self) -> None:
        """The wrap-up is over."""
        await self.state("wrap_up")
        await self.does("POST", "/api/operator/wrap-up/done")

    async def state(self, *states: str) -> dict[str, Any]:
        await until(lambda: self.operator.get("state") in states, LIMIT_S)
        return self.operator

    async def shows(self, limit_s: float = LIMIT_S, **facts: Any) -> dict[str, Any]:
        """The pop, once it says this."""

        def says() -> bool:
            return self.pop is not None and all(self.pop[name] == value for name, value in facts.items())

        last = time.monotonic() + limit_s
        while not says():
            now = self.pop and {name: self.pop[name] for name in facts}
            assert time.monotonic() < last, f"{self.login}: wanted {facts}, is {now}, {self.operator}"
            await asyncio.sleep(0.02)
        assert self.pop is not None
        return self.pop

    async def cleared(self) -> None:
        """No pop on the screen."""
        await until(lambda: self.pop is None, LIMIT_S)
