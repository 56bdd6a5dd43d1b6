"""Errors as GeoReport v2 has them: 403 for a key, 404 for what is not there, 400 for whatever else.

Its "General service error" is a 400, for which "the client will have to notify us". A database that is away is nobody's
fault at the other end and passes: 503 with Retry-After (RFC 9110, 15.6.4), which the specification does not forbid, and
its `errors` beside it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from kezek_api.open311.written import MEDIA, Format, written
from kezek_api.problems import status_of
from kezek_register.types import NotFound, RegisterError

log = structlog.get_logger(__name__)

AWAY_S = 60  # when an app may try again
_FORMAT = re.compile(r"\.(xml|json)$")


class Fault(Exception):
    def __init__(self, status: int, *descriptions: str) -> None:
        super().__init__(descriptions[0])
        self.status = status
        self.descriptions = descriptions


def told(form: Format, status: int, *descriptions: str) -> Response:
    errors = [{"code": status, "description": text} for text in descriptions]
    return Response(written("errors", errors, form), status, media_type=MEDIA[form])


def format_of(path: str) -> Format:
    found = _FORMAT.search(path)
    return "json" if found and found[1] == "json" else "xml"


class Open311Route(APIRoute):
    """Whatever goes wrong inside is told in the form that was asked for."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        inner = super().get_route_handler()

        async def handled(request: Request) -> Response:
            form = format_of(request.url.path)
            try:
                return await inner(request)
            except Fault as fault:
                return told(form, fault.status, *fault.descriptions)
            except RequestValidationError as wrong:
                return told(form, 400, *_named(wrong))
            except HTTPException as error:
                return told(form, 404 if error.status_code == 404 else 400, str(error.detail))
            except NotFound as error:
                return told(form, 404, str(error))
            except Exception as error:  # its own form of every error, told by the one file that knows statuses
                status = status_of(error)
                if status == 500:
                    raise
                if status == 503:
                    log.warning("open311_failed", error=type(error).__name__)
                    away = told(form, 503, "The service cannot be reached at the moment, try again later")
                    away.headers["Retry-After"] = str(AWAY_S)
                    return away
                text = str(error) if isinstance(error, RegisterError) else "The request cannot be taken"
                return told(form, 400, text)

        return handled


def _named(wrong: RequestValidationError) -> list[str]:
    """The fields at fault, never their values."""
    items: list[Any] = list(wrong.errors())[:5]
    return [f"{item['loc'][-1]}: {item['msg']}" for item in items] or ["The request is wrong"]
