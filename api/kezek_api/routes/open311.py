"""Open311 GeoReport v2 for the city's apps: services, requests, tokens, discovery (see kezek_api/open311)."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from kezek_api.doors import Doors, OfDoors
from kezek_api.looks import asked
from kezek_api.notifier.texts import packaged
from kezek_api.open311 import mapping
from kezek_api.open311.faults import Fault, Open311Route
from kezek_api.open311.intake import draft_of, form_of
from kezek_api.open311.keys import owner
from kezek_api.open311.rules import Open311Rules
from kezek_api.open311.written import MEDIA, Format, written
from kezek_register.moves import Mover
from kezek_register.numbers import BadNumber, check
from kezek_register.types import Topic

SPAN = timedelta(days=90)  # the specification's: of one answer, and of what is left out
MOST = 1000  # requests of one answer: the specification's
MOST_NUMBERS = 100
PUBLIC = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=10"}


def offered(doors: OfDoors, jurisdiction_id: Annotated[str, Query(max_length=200)] = "") -> Open311Rules:
    """Raises Fault."""
    rules = doors.rules.open311
    _jurisdiction(rules, jurisdiction_id)
    return rules


Offered = Annotated[Open311Rules, Depends(offered)]
router = APIRouter(prefix="/open311", tags=["open311"], route_class=Open311Route, include_in_schema=False)


@router.get("/discovery.{form}")
async def discovery(form: Format, request: Request, rules: Offered) -> Response:
    base = str(request.base_url).rstrip("/")
    changed = datetime.now(UTC).strftime("%Y-%m-%d 00:00")
    return _told("discovery", mapping.discovery(base, rules, changed), form)


@router.get("/v2/services.{form}")
async def services(form: Format, doors: OfDoors, request: Request, rules: Offered) -> Response:
    topics, offered = await _topics(doors, rules)
    language = _language(doors, request)
    found = [mapping.service(topic, topics, language, rules) for topic in offered.values()]
    return _told("services", found, form)


@router.get("/v2/services/{code}.{form}")
async def definition(code: str, form: Format, doors: OfDoors, request: Request, rules: Offered) -> Response:
    _, offered = await _topics(doors, rules)
    if code not in offered:
        raise Fault(404, "service_code was not found")
    return _told("service_definition", mapping.definition(code, _language(doors, request)), form)


@router.post("/v2/requests.{form}", status_code=201)
async def post(form: Format, doors: OfDoors, request: Request) -> Response:
    """A ticket; with an Idempotency-Key told twice it is one."""
    rules = doors.rules.open311
    fields = form_of(request.headers.get("content-type", ""), await request.body())
    _jurisdiction(rules, fields.get("jurisdiction_id", ""))
    if "api_key" not in fields:
        raise Fault(403, "api_key was not provided")
    app = owner(fields["api_key"], rules.keys)
    if app is None:
        raise Fault(403, "Invalid api_key")
    if doors.apps.too_fast(app, max(1, rules.per_minute // 6)):
        raise Fault(400, "Too many requests, wait a little")
    _, offered = await _topics(doors, rules)
    language = mapping.language_of(request.headers.get("accept-language", ""), doors.settings.default_language)
    draft = await draft_of(doors.register, fields, offered, language)
    told = request.headers.get("idempotency-key", "")[:128]
    token = secrets.token_urlsafe(18) if rules.moderated else ""
    key = f"open311-token:{token}" if token else f"open311:{app}:{told}" if told else ""
    made = await asked(doors.register.tickets.register(draft, Mover(f"open311:{app}", "citizen"), key=key))
    answer: dict[str, Any] = {"token": token} if token else {"service_request_id": made.number}
    notice = None if token else mapping.said(mapping.TAKEN, draft.language).format(number=made.number)
    answer |= {"service_notice": notice, "account_id": None}
    return _told("service_requests", [answer], form, status=201, public=False)


@router.get("/v2/tokens/{token}.{form}")
async def token(token: str, form: Format, doors: OfDoors, rules: Offered) -> Response:
    """The number, once an operator has confirmed the ticket."""
    found = await asked(doors.register.public_requests.number_of(f"open311-token:{token[:200]}"))
    if found is None:
        raise Fault(404, "token was not found")
    number, confirmed = found
    answer = {"service_request_id": number if confirmed else None, "token": token}
    return _told("service_requests", [answer], form, public=False)


@router.get("/v2/requests.{form}")
async def requests(
    form: Format,
    doors: OfDoors,
    request: Request,
    rules: Offered,
    service_request_id: str = "",
    service_code: str = "",
    start_date: str = "",
    end_date: str = "",
    status: str = "",
) -> Response:
    topics, offered = await _topics(doors, rules)
    reading = doors.register.public_requests
    if service_request_id:
        numbers = [number for told in service_request_id.split(",")[:MOST_NUMBERS] if (number := _number(told))]
        found = await asked(reading.of(numbers, offered))
    else:
        since, until = _period(start_date, end_date)
        wanted = [code for code in service_code.split(",") if code.strip()]
        codes = [code.strip() for code in wanted if code.strip() in offered] if wanted else list(offered)
        states = {part.strip() for part in status.split(",") if part.strip()}
        if strange := states - {"open", "closed"}:
            raise Fault(400, f"status: open or closed, not {', '.join(sorted(strange))[:40]}")
        chosen = [state for state in ("open", "closed") if state in states]
        found = await asked(reading.between(codes, since, until, chosen, MOST, confirmed=rules.moderated))
    language = _language(doors, request)
    states_said = packaged()["states"]
    told = [mapping.request(one, topics, states_said, language, doors.settings.zone) for one in found]
    return _told("service_requests", told, form)


@router.get("/v2/requests/{number}.{form}")
async def one(number: str, form: Format, doors: OfDoors, request: Request, rules: Offered) -> Response:
    topics, offered = await _topics(doors, rules)
    written_number = _number(number)
    found = await asked(doors.register.public_requests.of([written_number], offered)) if written_number else []
    if not found:
        raise Fault(404, "service_request_id was not found")
    told = mapping.request(found[0], topics, packaged()["states"], _language(doors, request), doors.settings.zone)
    return _told("service_requests", [told], form)


@router.get("/{path:path}")
async def nothing(path: str) -> Response:
    raise Fault(404, "There is no such resource: services, requests or tokens under /open311/v2/, .xml or .json")


async def _topics(doors: Doors, rules: Open311Rules) -> tuple[dict[str, Topic], dict[str, Topic]]:
    """All topics, and those that are services."""
    topics = await asked(doors.register.topics.all())
    return {topic.code: topic for topic in topics}, mapping.services(topics, rules)


def _told(root: str, value: Any, form: Format, *, status: int = 200, public: bool = True) -> Response:
    headers = PUBLIC if public else {"Cache-Control": "no-store"}
    return Response(written(root, value, form), status, headers=headers, media_type=MEDIA[form])


def _language(doors: Doors, request: Request) -> str:
    return mapping.language_of(request.headers.get("accept-language", ""), doors.settings.default_language)


def _jurisdiction(rules: Open311Rules, told: str) -> None:
    """Raises Fault. With one jurisdiction, naming it may be left out."""
    if not rules.on:
        raise Fault(404, "Open311 is not offered here")
    if told and rules.jurisdiction and told != rules.jurisdiction:
        raise Fault(404, "jurisdiction_id was not found")


def _number(told: str) -> str:
    try:
        return check(told.strip())
    except BadNumber:
        return ""


def _period(start: str, end: str) -> tuple[datetime, datetime]:
    """The last 90 days; with one end given, 90 days from there. Raises Fault."""
    since, until = _moment("start_date", start), _moment("end_date", end)
    if since is None:
        until = until or datetime.now(UTC)
        return until - SPAN, until
    until = until or min(since + SPAN, max(since, datetime.now(UTC)))
    if until < since:
        raise Fault(400, "end_date is before start_date")
    if until - since > SPAN:
        raise Fault(400, "start_date and end_date may not span more than 90 days")
    return since, until


def _moment(name: str, told: str) -> datetime | None:
    if not told:
        return None
    try:
        value = datetime.fromisoformat(told.replace(" ", "+"))  # a '+' that was not quoted
    except ValueError:
        value = None
    if value is None or value.tzinfo is None or not 1970 <= value.year < 2200:
        raise Fault(400, f"{name}: a date and time with its zone, 2010-01-01T00:00:00Z")
    return value
