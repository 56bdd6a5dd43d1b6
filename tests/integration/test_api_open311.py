"""Open311 by its doors, as a city's app would: services, a request, its state; on both databases."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from kezek_api import problems
from kezek_api.limits import Paces
from kezek_api.open311.keys import digest
from kezek_api.open311.rules import Key, Open311Rules
from kezek_api.routes import open311
from kezek_api.settings import Settings
from kezek_register import Register, load_sample
from kezek_register.moves import Mover
from kezek_register.types import Unavailable
from kit.api import base_of, living_in, until
from kit.databases import draft

KEYS = (Key(name="app", sha256=digest("xyz")),)
RULES = Open311Rules(on=True, jurisdiction="city.gov", keys=KEYS, per_minute=600)
FORM = {
    "api_key": "xyz",
    "jurisdiction_id": "city.gov",
    "service_code": "heating",
    "lat": "51.1",
    "long": "71.4",
    "address_string": "Древесная 8",
    "email": "smit@city.example",
    "first_name": "John",
    "last_name": "Smith",
    "phone": "8 700 999 01 09",
    "description": "A large hole\nin the pipe",
    "attribute[flat]": "12",
    "attribute[language]": "en",
}
PERSONAL = ("Smith", "smit@", "9990109", "999 01 09", "large hole", "flat", ">12<", '"12"')


@pytest.fixture
async def doors(register: Register) -> SimpleNamespace:
    await load_sample(register)
    settings = SimpleNamespace(default_language="ru", zone=UTC)
    return SimpleNamespace(register=register, settings=settings, rules=SimpleNamespace(open311=RULES), apps=Paces())


@pytest.fixture
async def app(doors: SimpleNamespace) -> AsyncIterator[httpx.AsyncClient]:
    built = FastAPI()
    built.state.doors = doors
    problems.install(built)
    built.include_router(open311.router)
    transport = httpx.ASGITransport(app=built, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://kezek.test/open311/v2") as client:
        yield client


def elements(answer: httpx.Response) -> ET.Element:
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.text.startswith('<?xml version="1.0" encoding="utf-8"?>')
    return ET.fromstring(answer.content)  # noqa: S314 - our own


async def test_asked_and_followed(app: httpx.AsyncClient, register: Register) -> None:
    services = (await app.get("/services.json", headers={"Accept-Language": "en"})).json()
    assert {"service_code": "heating", "service_name": "heating"}.items() <= services[0].items()
    definition = elements(await app.get("/services/heating.xml?jurisdiction_id=city.gov"))
    assert definition.findtext("service_code") == "heating"

    made = await app.post("/requests.json", data=FORM)
    assert made.status_code == 201
    (receipt,) = made.json()
    number = receipt["service_request_id"]
    assert (receipt["account_id"], number in receipt["service_notice"], "token" in receipt) == (None, True, False)

    ticket = await register.tickets.get(number)
    assert (ticket.channel, ticket.confirmed, ticket.caller, ticket.requester) == (
        "open311", False, "+77009990109", "John Smith",
    )  # fmt: skip
    assert (ticket.words, ticket.flat, ticket.language) == ("A large hole\nin the pipe", "12", "en")
    assert (ticket.lat, ticket.lon) == (51.1, 71.4)
    assert "smit@city.example" in ticket.note
    assert ticket.street_id is not None
    assert ticket.house == "8"

    shown = await app.get(f"/requests/{number}.json", headers={"Accept-Language": "en"})
    assert shown.headers["access-control-allow-origin"] == "*"
    (seen,) = shown.json()
    assert (seen["service_request_id"], seen["status"], seen["description"]) == (number, "open", None)
    assert seen["address"].endswith(" 8")
    assert elements(await app.get(f"/requests/{number.replace('-', '')}.xml"))[0].findtext("status") == "open"
    for answer in (shown, await app.get("/requests.xml"), await app.get("/requests.json")):
        assert number in answer.text
        for trace in PERSONAL:
            assert trace not in answer.text

    boss = Mover("boss", "manager")
    await register.tickets.move(number, "close", boss, ticket.version, why="done")
    assert (await app.get(f"/requests/{number}.json")).json()[0]["status"] == "closed"
    assert (await app.get("/requests.json?status=open")).json() == []
    assert len((await app.get("/requests.json?status=closed,open&service_code=heating,none")).json()) == 1
    assert (await app.get("/requests.json?service_code=none")).json() == []
    assert len((await app.get(f"/requests.json?service_request_id={number},26-1,none&status=open")).json()) == 1


async def test_what_is_a_citizens_own_is_not_shown(app: httpx.AsyncClient, register: Register) -> None:
    """A complaint has its state for whoever knows its number, and stands in no list."""
    boss = Mover("boss", "manager")
    complaint = await register.tickets.register(
        draft(call="", channel="manual", kind="complaint", street="Абая", house="8", flat="3"), boss
    )
    assert (await app.get("/requests.json")).json() == []
    (seen,) = (await app.get(f"/requests/{complaint.number}.json")).json()
    assert (seen["status"], seen["address"], seen["address_id"], seen["lat"]) == ("open", None, None, None)


async def test_one_order_told_twice_is_one_ticket(app: httpx.AsyncClient) -> None:
    told = [await app.post("/requests.json", data=FORM, headers={"Idempotency-Key": "a"}) for _ in range(2)]
    assert told[0].json() == told[1].json()
    other = await app.post("/requests.json", data=FORM)
    assert other.json() != told[0].json()


async def test_a_token_until_an_operator_has_confirmed(
    app: httpx.AsyncClient, doors: SimpleNamespace, register: Register
) -> None:
    doors.rules.open311 = RULES.model_copy(update={"moderated": True})
    assert {one["type"] for one in (await app.get("/services.json")).json()} == {"batch"}
    (receipt,) = (await app.post("/requests.json", data=FORM)).json()
    token = receipt["token"]
    assert "service_request_id" not in receipt
    (waiting,) = (await app.get(f"/tokens/{token}.json")).json()
    assert waiting == {"service_request_id": None, "token": token}
    assert (await app.get("/requests.json")).json() == []
    (ticket,) = await register.tickets.list()
    await register.tickets.confirm(ticket)
    found = elements(await app.get(f"/tokens/{token}.xml"))
    assert (found[0].findtext("service_request_id"), found[0].findtext("token")) == (ticket.number, token)
    assert len((await app.get("/requests.json")).json()) == 1
    assert (await app.get("/tokens/none.xml")).status_code == 404


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"api_key": None}, 403, "api_key was not provided"),
        ({"api_key": "wrong"}, 403, "Invalid api_key"),
        ({"jurisdiction_id": "other.gov"}, 404, "jurisdiction_id was not found"),
        ({"service_code": None}, 400, "service_code was not provided"),
        ({"service_code": "none"}, 404, "service_code was not found"),
        ({"lat": None, "long": None, "address_string": None}, 400, "location"),
        ({"lat": "91"}, 400, "lat and long"),
        ({"long": None}, 400, "lat and long"),
        ({"address_id": "999999"}, 400, "address_id was not found"),
        ({"description": "a" * 4001}, 400, "description is too long"),
    ],
)
async def test_a_request_that_is_refused(
    app: httpx.AsyncClient, register: Register, change: dict[str, Any], status: int, said: str
) -> None:
    form = {name: value for name, value in {**FORM, **change}.items() if value is not None}
    answer = await app.post("/requests.xml", data=form)
    assert answer.status_code == status
    error = elements(answer)[0]
    assert error.findtext("code") == str(status)
    assert said in (error.findtext("description") or "")
    assert await register.tickets.list() == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/services/none.json", 404),
        ("/services.csv", 400),
        ("/requests/26-000001-0.json", 404),
        ("/requests/nonsense.json", 404),
        ("/requests.json?start_date=yesterday", 400),
        ("/requests.json?start_date=2010-01-01T00:00:00", 400),
        ("/requests.json?start_date=2010-01-01T00:00:00Z&end_date=2010-06-24T00:00:00Z", 400),
        ("/requests.json?start_date=2010-06-24T00:00:00Z&end_date=2010-05-24T00:00:00Z", 400),
        ("/requests.json?status=lost", 400),
        ("/services.json?jurisdiction_id=other.gov", 404),
        ("/nothing.json", 404),
    ],
)
async def test_a_look_that_is_refused(app: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await app.get(path)
    assert answer.status_code == status
    if path.endswith(".csv"):
        assert elements(answer).tag == "errors"
    else:
        assert answer.json()[0]["code"] == status


async def test_the_period_and_where_it_is_found(app: httpx.AsyncClient, register: Register) -> None:
    old = datetime.now(UTC) - timedelta(days=100)
    await register.tickets.ensure(draft(created_at=old, kind="incident"))
    assert (await app.get("/requests.json")).json() == []
    since = (old - timedelta(days=1)).isoformat()
    assert len((await app.get("/requests.json", params={"start_date": since})).json()) == 1
    assert len((await app.get(f"/requests.json?start_date={since}")).json()) == 1, "a '+' that was not quoted"
    assert len((await app.get("/requests.json", params={"end_date": old.isoformat()})).json()) == 1

    found = elements(await app.get("http://kezek.test/open311/discovery.xml"))
    assert found.findtext("endpoints/endpoint/url") == "http://kezek.test/open311/v2"
    assert [each.text for each in found.iter("format")] == ["text/xml", "application/json"]


async def test_a_site_that_does_not_offer_it_and_an_app_that_is_too_fast(
    app: httpx.AsyncClient, doors: SimpleNamespace
) -> None:
    doors.rules.open311 = RULES.model_copy(update={"per_minute": 6})
    await app.post("/requests.json", data=FORM)
    fast = await app.post("/requests.json", data=FORM)
    assert (fast.status_code, fast.json()[0]["description"]) == (400, "Too many requests, wait a little")
    doors.rules.open311 = Open311Rules()
    for answer in (await app.get("/services.json"), await app.post("/requests.json", data=FORM)):
        assert (answer.status_code, answer.json()[0]["code"]) == (404, 404)


@pytest.mark.parametrize("form", ["json", "xml"])
async def test_while_the_database_is_away_an_app_is_told_to_try_later(
    app: httpx.AsyncClient, doors: SimpleNamespace, form: str
) -> None:
    """503 with Retry-After, and the specification's errors beside it."""

    async def away(*_: object, **__: object) -> None:
        raise Unavailable("no SQL")

    doors.register = SimpleNamespace(topics=SimpleNamespace(all=away))
    for told in (
        await app.get(f"/services.{form}"),
        await app.post(f"/requests.{form}", data=FORM),
    ):
        assert (told.status_code, told.headers["retry-after"]) == (503, "60")
        if form == "json":
            (error,) = told.json()
            assert (error["code"], "try again later" in error["description"]) == (503, True)
        else:
            assert [code.text for code in elements(told).iter("code")] == ["503"]


async def test_in_a_whole_node(node_settings: Settings, tmp_path: Path) -> None:
    """As the house builds it: rules.toml turns it on, over real HTTP, and a page of another site cannot post."""
    rules = tmp_path / "rules.toml"
    rules.write_text(f'[open311]\non = true\n[[open311.keys]]\nname = "app"\nsha256 = "{digest("xyz")}"\n')
    settings = node_settings.model_copy(update={"rules": rules})
    async with living_in(settings) as house, httpx.AsyncClient(base_url=base_of(house), trust_env=False) as client:
        await until(lambda: house.health.parts["sql"].ok)
        made = await client.post("/open311/v2/requests.json", data=FORM)
        number = made.json()[0]["service_request_id"]
        seen = elements(await client.get(f"/open311/v2/requests/{number}.xml"))
        assert seen[0].findtext("status") == "open"
        other = await client.post("/open311/v2/requests.json", data=FORM, headers={"Origin": "http://other.example"})
        assert other.status_code == 403
        assert (await client.get("/open311/v2/nothing.json")).json()[0]["code"] == 404
        part = await until(lambda: house.health.parts.get("notifier"))
        assert (part.ok, part.detail) == (True, "no SMS gateway")
