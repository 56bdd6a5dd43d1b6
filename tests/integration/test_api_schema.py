"""Every route against its own OpenAPI document, as each role: whatever is sent, the answer is one of those it names,
never an error of ours, and never a success at a door that is not one's own."""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import suppress
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from kezek_api.app import build
from kezek_api.house import House
from kezek_queue import RedisQueues
from kit.api import Line, Page, base_of, notes
from kit.api_roles import may, roles_of

CHECKS = (status_code_conformance, response_schema_conformance)  # 500 is in no document
ENDLESS = ("/api/wallboard/events", "/api/suspicions/events")
TALK = "c-of-aigul"
SHARES = 2  # of the doors, each tried in a test of its own
MANY = os.environ.get("KEZEK_DRILL") == "long"  # cases of a door: `make drill` tries more
schemathesis.serializer.alias("audio/wav", "application/octet-stream")
DOCS = Path(__file__).resolve().parents[2] / "docs" / "api.md"
LOGINS = ["", "aigul", "saule", "dana", "erlan"]


def tried(login: str, mode: GenerationMode) -> bool:
    """What is no request is refused alike to all who are signed in, long before it matters who they are: nobody and the
    manager, to whom every door is open, show that. The second line has doors of both."""
    return login != "saule" if mode is GenerationMode.POSITIVE else login in ("", "dana")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """As the node makes it too, for half a second."""
    doors: Any = SimpleNamespace(settings=SimpleNamespace(origins=()))
    return build(doors).openapi()


async def test_the_document_is_at_its_door(visitor: Page, document: dict[str, Any]) -> None:
    assert (await visitor.http.get("/api/openapi.json")).json() == document


# the node lives in this process and uses `random` while a case is drawn in another thread
@pytest.mark.filterwarnings("ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning")
@pytest.mark.timeout(400)  # some thousand requests, on a machine that has other work too
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize(("login", "mode"), [each for each in product(LOGINS, GenerationMode) if MANY or tried(*each)])
async def test_every_answer_is_one_the_document_names(
    house: House,
    visitor: Page,
    queues: RedisQueues,
    document: dict[str, Any],
    login: str,
    share: int,
    mode: GenerationMode,
) -> None:
    """'' is somebody without a session. A talk of an operator is there, a ticket of the executor's and an outage, and
    what is sent may befall them."""
    await queues.sign_in("aigul", phone="201", queues=["hotline"], desk=False)
    await queues.ready("aigul")
    await (await Line(queues, TALK).waits(notes())).talks()
    known = {"call": TALK, **await some_work(house)}
    cookies: dict[str, str] = {}
    if login:
        await visitor.sign_in(login)
        cookies = dict(visitor.http.cookies)
    roles = roles_of(visitor_app(house))
    await asyncio.to_thread(probe, document, base_of(house), cookies, login, mode, roles, known, share)


async def some_work(house: House) -> dict[str, str]:
    """What a path may name: a ticket of the executor's, an outage, the first row of each table."""
    async with Page(base_of(house)) as page:
        await page.sign_in("dana")
        ticket = (await page.http.post("/api/tickets", json={"topic": "heating", "street_id": 1, "house": "8"})).json()
        order = {"move": "assign", "organisation": "test-works", "why": "Theirs"}
        path = f"/api/tickets/{ticket['number']}"
        await page.http.post(f"{path}/moves", json=order, headers={"If-Match": "*"})
        outage = {
            "topic": "heating",
            "areas": [{"scope": "street", "street_id": 1}],
            "starts_at": "2026-01-01T00:00:00Z",
        }
        opened = await page.http.post("/api/outages", json=outage)
        assert opened.status_code == 201, opened.text
        return {"number": ticket["number"], "id": "1", "code": "test-works"}


def visitor_app(house: House) -> FastAPI:
    """The application as the node built it, of doors that nobody opens here."""
    doors: Any = SimpleNamespace(settings=house.settings)
    return build(doors)


def probe(
    document: dict[str, Any],
    base: str,
    cookies: dict[str, str],
    login: str,
    mode: GenerationMode,
    roles: dict[tuple[str, str], str],
    known: dict[str, str],
    share: int,
) -> None:
    """With nonsense in the path, and with what is there; of the second line only what is more than an operator's."""
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=base)
    with requests.Session() as browser:
        for n, found in enumerate(schema.get_all_operations()):
            operation = found.ok()
            if n % SHARES != share:
                continue
            who = roles[operation.method, operation.path]
            own = may(login, who)
            if login == "saule" and who != "second line":
                continue
            if (operation.path in ENDLESS and own) or (operation.path == "/api/session" and operation.method != "get"):
                continue
            send(browser, operation.as_strategy(mode), cookies, own=own, most=(6 if MANY else 2) if own else 1)
            there = {name: value for name, value in known.items() if f"{{{name}}}" in operation.path}
            if there:
                strategy = operation.as_strategy(mode, path_parameters=there)
                most = 3 if own and MANY else 1
                send(browser, strategy, cookies, own=own, most=most, headers={"If-Match": "*"})


def send(
    browser: requests.Session,
    strategy: SearchStrategy[schemathesis.Case],
    cookies: dict[str, str],
    *,
    own: bool,
    most: int,
    headers: dict[str, str] | None = None,
) -> None:
    """Some cases of one door, `most` at the most; `own`: whoever has these cookies may enter it."""

    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def one(case: schemathesis.Case) -> None:
        response = case.call(session=browser, cookies=cookies, headers=headers, timeout=10)
        assert response.status_code < 500 or response.status_code == 503, response.text
        assert own or response.status_code >= 400, "a door of another role"
        case.validate_response(response, checks=list(CHECKS))

    with suppress(Unsatisfiable):  # a door without a word to send: nothing of it can be wrong
        one()


async def test_the_reference_names_each_door_with_whom_the_code_lets_in(house: House) -> None:
    """docs/api.md's table; 'operator of that call' is an operator, whose call is looked at in the door itself."""
    told: dict[tuple[str, str], str] = {}
    for line in DOCS.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.replace("\\|", "/").split("|")]
        if len(cells) < 4 or not (row := re.match(r"`(GET|POST|PUT|PATCH|DELETE) ([^ `?]+)", cells[1])):
            continue
        verb, path = row[1].lower(), row[2]
        more = re.findall(r"`(/[a-z-]+)`", cells[1])
        for each in (path, *(path.rpartition("/")[0] + end for end in more)):
            told[verb, each] = cells[2].replace(" of that call", "").replace(" with a phone", "")
    roles = {door: who for door, who in roles_of(visitor_app(house)).items() if not door[1].startswith("/{")}
    assert told == {door: who for door, who in roles.items() if door[1] != "/api/docs"}
