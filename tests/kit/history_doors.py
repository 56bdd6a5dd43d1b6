"""The doors of the history and of what goes out: real routes over a real register; a manager at the door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
from fastapi import FastAPI

from kezek_api import problems
from kezek_api.auth import Session
from kezek_api.errors import NotSignedIn
from kezek_api.routes import callbacks, governance, history, recordings, webhooks
from kezek_queue.types import Queues
from kezek_register import Register, Staff

MANAGER = Staff("dana", "Дана", "manager", "", "ru", (), {})
OPERATOR = Staff("aigul", "Айгүл", "operator", "201", "ru", ("main",), {})


class AnyCookie:
    """Whoever says a login in the cookie is that one."""

    async def who(self, token: str | None) -> Session:
        staff = {one.login: one for one in (MANAGER, OPERATOR)}.get(token or "")
        if staff is None:
            raise NotSignedIn("Sign in first")
        return Session(id="", staff=staff)


@asynccontextmanager
async def history_doors(register: Register, queues: Queues, folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client signed in as the manager."""
    app = FastAPI()
    app.state.doors = SimpleNamespace(
        auth=AnyCookie(),
        register=register,
        queues=queues,
        settings=SimpleNamespace(
            numbers={"109": "main"},
            recordings_folder=folder,
            photos_folder=folder / "photos",
            key=lambda: b"for tests alone",
        ),
    )
    problems.install(app)
    for module in (history, callbacks, recordings, governance, webhooks):
        app.include_router(module.router)
    transport = httpx.ASGITransport(app=app)
    cookies = {"kezek_session": "dana"}
    async with httpx.AsyncClient(transport=transport, base_url="http://kezek.test", cookies=cookies) as client:
        yield client
