"""The HTTP application: routes, problems, the Origin check, headers, and the console's files."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kezek_api import problems, reference
from kezek_api.doors import Doors, same_site
from kezek_api.errors import WrongOrigin
from kezek_api.photos import MAX_PHOTO
from kezek_api.routes import (
    additions,
    addresses,
    bulletins,
    callbacks,
    calls,
    colleagues,
    crew_words,
    duties,
    emergencies,
    executors,
    figures,
    governance,
    handling,
    health,
    history,
    ladder,
    notices,
    open311,
    operator,
    outage_ends,
    outage_reports,
    outages,
    phone,
    photos,
    recordings,
    register,
    reports,
    session,
    staffing,
    suspicions,
    tickets,
    wallboard,
    webhooks,
)

ROUTES = (
    session, operator, phone, calls, handling, colleagues, register, wallboard, figures, staffing, history, callbacks,
    recordings, tickets, photos, addresses, duties, outages, outage_ends, outage_reports, suspicions, additions,
    crew_words, emergencies, executors, ladder, bulletins, reports, notices, governance, webhooks, open311, health,
)  # fmt: skip
STATIC = Path(__file__).parent / "static"
SAFE = {"GET", "HEAD", "OPTIONS"}
MAX_BODY = 64 * 1024
BODY_S = 15.0
# the doors that take more, and wait longer for it
PHOTO = re.compile(r"/api/((executor/)?tickets/[^/]+/photos|bulletins/[^/]+/sound)")
PHOTO_S = 60.0
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
}
UNBUILT = """<!doctype html><meta charset="utf-8"><title>Kezek</title>
<p>The console is not built. <code>make console</code> builds it (or <code>npm ci && npm run build</code> in
<code>api/console</code>); then load this page again.</p><p><a href="/api/docs">The doors</a></p>"""


def build(doors: Doors, *, static: Path = STATIC) -> FastAPI:
    """The application over these doors."""
    app = FastAPI(
        title="Kezek",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.doors = doors
    problems.install(app)
    routers = [*(one.router for one in ROUTES), operator.desk_router, phone.sip_router, outages.checklist_router]
    for router in routers:  # as they are: include_router() has the first request build all of them again, for 0.3 s
        app.router.routes.extend(router.routes)

    @app.get("/api/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(reference.page(app.openapi()))

    @app.get("/{path:path}", include_in_schema=False)
    async def console(path: str) -> Response:
        return console_file(static, path)

    app.add_middleware(_Guard, allowed=doors.settings.origins)
    return app


def console_file(static: Path, path: str) -> Response:
    """A built file, or the console's page for whatever is no file: its paths are its own."""
    index = static / "index.html"
    if path.startswith("api/"):
        raise HTTPException(404, "No such door")
    if not index.is_file():
        return HTMLResponse(UNBUILT) if not path else PlainTextResponse("not built", 404)
    wanted = (static / path).resolve()
    if path and wanted.is_relative_to(static.resolve()) and wanted.is_file():
        lasting = path.startswith("assets/")
        caching = "public, max-age=31536000, immutable" if lasting else "no-cache"
        return FileResponse(wanted, headers={"Cache-Control": caching})
    if "." in path.rpartition("/")[2]:
        raise HTTPException(404, "No such file")
    return FileResponse(index, headers={"Cache-Control": "no-cache"})


class _Guard:
    """Refuses what another site's page sends and what is too large; adds the security headers."""

    def __init__(self, app: ASGIApp, *, allowed: tuple[str, ...]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        changes = scope["type"] == "websocket" or scope["method"] not in SAFE
        if changes and not same_site(headers, self._allowed):
            await self._refuse(scope, receive, send)
            return
        photo = scope["type"] == "http" and scope["method"] in ("POST", "PUT") and PHOTO.fullmatch(scope["path"])
        most, limit_s = (MAX_PHOTO, PHOTO_S) if photo else (MAX_BODY, BODY_S)
        if scope["type"] == "http" and _length(headers) > most:
            await problems.answer(413, "too_large", "The request is too large")(scope, receive, send)
            return

        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        body = _Body(receive, most, limit_s)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    own.setdefault(name, value)
            await send(message)

        await self._app(scope, body.receive, with_headers)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4003, "reason": "wrong origin"})
            return
        await problems.of(WrongOrigin("Another site's page may not do this"))(scope, receive, send)


class _Body:
    """A request's body with its limits, also of one that does not say how long it is."""

    def __init__(self, receive: Receive, most: int, limit_s: float) -> None:
        self._receive = receive
        self._most = most
        self._size = 0
        self._whole = False
        self._ends = asyncio.get_running_loop().time() + limit_s

    async def receive(self) -> Message:
        """Raises HTTPException 413, 408."""
        if self._whole:
            return await self._receive()  # that the client leaves
        try:
            async with asyncio.timeout_at(self._ends):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "The request comes too slowly") from None
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._size > self._most:
            raise HTTPException(413, "The request is too large")
        return message


def _length(headers: Headers) -> int:
    told = headers.get("content-length", "0")
    return int(told) if told.isdigit() else 0
