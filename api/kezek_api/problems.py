"""Errors to RFC 9457 problems: the one file that knows HTTP statuses."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException

from kezek_api import errors
from kezek_queue.types import NotAllowed, QueueError, Stale, Unknown
from kezek_queue.types import Unavailable as LineUnavailable
from kezek_register.types import Conflict, NotFound, RegisterError, Unavailable

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"

# The nearest class of the error's own line of ancestors decides.
STATUSES: dict[type[Exception], int] = {
    errors.NotSignedIn: 401,
    errors.WrongPassword: 401,
    errors.Forbidden: 403,
    errors.WrongOrigin: 403,
    errors.NoPhone: 404,
    errors.StaleVersion: 412,
    errors.TooLarge: 413,
    errors.UnknownMedia: 415,
    errors.Invalid: 422,
    errors.PreconditionRequired: 428,
    errors.TooManyAttempts: 429,
    NotFound: 404,
    Conflict: 409,
    Unavailable: 503,
    RegisterError: 422,  # BadNumber and whatever else the register calls wrong with what it was given
    Unknown: 404,
    Stale: 409,
    NotAllowed: 409,
    LineUnavailable: 503,
    QueueError: 409,
    RedisError: 503,
    OSError: 503,
    TimeoutError: 503,
}
_HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    408: "too_slow",
    413: "too_large",
    415: "unsupported_media_type",
}
_TITLES = {"not_signed_in": "Sign in first", "unavailable": "Not available at the moment, try again"}


class Problem(BaseModel):
    """RFC 9457; `code` is stable, `title` is for people."""

    type: str = "about:blank"
    status: int
    code: str
    title: str


# What every route may answer, for OpenAPI. The model is named in 400 alone: FastAPI makes a validator each time that it
# is named, and thirteen for each route were an eighth of a node's start.
_PROBLEM = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": text, **({"model": Problem} if status == 400 else {"content": _PROBLEM})}
    for status, text in {
        400: "Not a request",
        401: "Not signed in",
        403: "Not for this role or from this site",
        404: "Not known",
        408: "The body came too slowly",
        409: "The state does not allow it",
        412: "If-Match: somebody changed it meanwhile",
        413: "The body is too large",
        415: "Another media type than this door takes",
        422: "Something in the request is wrong",
        428: "If-Match is missing",
        429: "Too many attempts",
        503: "A part is away, try again",
    }.items()
}


def status_of(error: Exception) -> int:
    if getattr(error, "code", "") == errors.StaleVersion.code:  # whichever room of the register says it
        return STATUSES[errors.StaleVersion]
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 500)


def answer(status: int, code: str, title: str, headers: dict[str, str] | None = None) -> JSONResponse:
    told = Problem(status=status, code=code, title=title)
    return JSONResponse(told.model_dump(), status, headers=headers, media_type=MEDIA_TYPE)


def of(error: Exception) -> JSONResponse:
    """The problem that tells this error."""
    status = status_of(error)
    code = "unavailable" if status == 503 else str(getattr(error, "code", "internal"))
    known = status not in (500, 503)
    title = _TITLES.get(code) or (known and str(error)) or code.replace("_", " ").capitalize()
    headers = None
    if isinstance(error, errors.TooManyAttempts):
        headers = {"Retry-After": str(error.retry_after_s)}
    return answer(status, code, title, headers)


async def _told(request: Request, error: Exception) -> JSONResponse:
    if status_of(error) >= 500:
        log.warning("request_failed", path=_route(request), error=type(error).__name__)
    return of(error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """Names the fields at fault, never their values: they may be a caller's."""
    wrong = error.errors() if isinstance(error, RequestValidationError) else []
    broken = any(item["type"] == "json_invalid" for item in wrong)
    named = "; ".join(f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in wrong[:5])
    return answer(400 if broken else 422, "bad_request" if broken else "invalid", named or "The request is wrong")


async def _http(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        return of(error)
    code = _HTTP_CODES.get(error.status_code, "http")
    return answer(error.status_code, code, error.detail, dict(error.headers or {}) or None)


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    log.error("request_broke", path=_route(request), error=type(error).__name__)
    return answer(500, "internal", "Something went wrong here")


def _route(request: Request) -> str:
    """The route's pattern: a path itself may hold a registration number."""
    return str(getattr(request.scope.get("route"), "path", "?"))


def install(app: FastAPI) -> None:
    for kind in STATUSES:
        app.add_exception_handler(kind, _told)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unforeseen)
