"""What the register's doors have in common: versions as ETags, cursor pages with their Link, keys of an order.

ETag and If-Match are RFC 9110's, 428 is RFC 6585's, Link is RFC 8288's; `Idempotency-Key` as in the IETF's draft.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Query, Request, Response

from kezek_api.errors import Invalid, PreconditionRequired, StaleVersion

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=64,
        description="The ETag of what was read, or `*`. Left out: 428; another one is there: 412 `stale_version`",
    ),
]
OrderKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=128,
        pattern=r"^[\x21-\x7e]*$",
        description="The same order told twice is done once",
    ),
]
After = Annotated[str, Query(max_length=500, description="The cursor: `next` of the page before, left out at first")]
Limit = Annotated[int, Query(ge=1, le=200)]


def etag(response: Response, version: int) -> None:
    response.headers["ETag"] = f'"{version}"'


def wanted(if_match: str | None, present: int) -> int:
    """The version that a change is made of. `present`: as it is now.

    Raises PreconditionRequired, Invalid and StaleVersion."""
    if if_match is None:
        raise PreconditionRequired("If-Match: say which version this changes")
    told = if_match.strip()
    if told == "*":
        return present
    told = told.removeprefix("W/").strip('"')
    if not told.isascii() or not told.isdigit():
        raise Invalid("If-Match: a version as ETag gave it")
    if told != str(present):
        raise StaleVersion("Somebody changed it meanwhile, look again")
    return present


def linked(request: Request, response: Response, cursor: str) -> None:
    """`Link: <...?after=...>; rel="next"`, when there is a next page."""
    if cursor:
        response.headers["Link"] = f'<{request.url.include_query_params(after=cursor)}>; rel="next"'
