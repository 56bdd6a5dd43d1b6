"""Every route against its own OpenAPI document: whatever is sent, the answer is one of those it names."""

from __future__ import annotations

import asyncio

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from kezek_api.house import House
from kit.api import Page, base_of

CHECKS = (status_code_conformance, response_schema_conformance)  # 500 is in no document
ENDLESS = "/api/wallboard/events"


# the node lives in this process and uses `random` while a case is drawn in another thread
@pytest.mark.filterwarnings("ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning")
@pytest.mark.parametrize("login", ["aigul", "dana"])
async def test_every_answer_is_one_the_document_names(house: House, visitor: Page, login: str) -> None:
    await visitor.sign_in(login)
    document = (await visitor.http.get("/api/openapi.json")).json()
    cookies = dict(visitor.http.cookies)
    await asyncio.to_thread(probe, document, base_of(house), cookies)


def probe(document: dict[str, object], base: str, cookies: dict[str, str]) -> None:
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=base)
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path == ENDLESS or (operation.path == "/api/session" and operation.method != "get"):
            continue

        @settings(
            max_examples=6,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def one(case: schemathesis.Case) -> None:
            response = case.call(cookies=cookies, timeout=10)
            case.validate_response(response, checks=list(CHECKS))

        one()
