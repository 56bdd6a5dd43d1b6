"""GeoReport v2's forms: what the specification's examples look like, and what is never told."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_api.notifier.texts import packaged
from kezek_api.open311 import mapping
from kezek_api.open311.faults import Fault, format_of, told
from kezek_api.open311.intake import form_of
from kezek_api.open311.keys import digest, made, owner
from kezek_api.open311.rules import Key, Open311Rules
from kezek_api.open311.written import written
from kezek_register.sql.public_requests import PublicRequest
from kezek_register.types import Topic

RULES = Open311Rules(on=True)
HEATING = Topic("heating", {"ru": "отопление", "en": "heating"})
COLD = Topic("cold_flat", {"ru": "холодно в квартире", "en": "a cold flat"}, "heating")
GAS = Topic("gas_smell", {"ru": "запах газа"}, "", emergency="104")
TOPICS = {topic.code: topic for topic in (HEATING, COLD, GAS)}
SEEN = PublicRequest(
    "26-000123-4", "closed", "cold_flat", datetime(2010, 4, 14, 14, 37, 38, tzinfo=UTC),
    datetime(2010, 4, 15, 14, 37, 38, tzinfo=UTC), None, "Абая", "8", 7, 71.4, 51.1, {"ru": "Теплосеть"},
)  # fmt: skip

# the elements of the specification's own examples, in their order
SERVICE = ["service_code", "service_name", "description", "metadata", "type", "keywords", "group"]
ATTRIBUTE = [
    "variable", "code", "datatype", "required", "datatype_description", "order", "description", "values",
]  # fmt: skip
REQUEST = [
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible",
    "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode",
    "lat", "long", "media_url",
]  # fmt: skip


def tree(root: str, value: Any) -> ET.Element:
    return ET.fromstring(written(root, value, "xml"))  # noqa: S314 - our own


def test_services_as_in_the_example() -> None:
    found = mapping.services(list(TOPICS.values()), RULES)
    assert list(found) == ["heating", "cold_flat"], "an emergency is phoned"
    told_of = [mapping.service(topic, TOPICS, "en", RULES) for topic in found.values()]
    assert list(told_of[1]) == SERVICE
    assert (told_of[1]["metadata"], told_of[1]["type"], told_of[1]["group"]) == (True, "realtime", "heating")
    root = tree("services", told_of)
    assert (root.tag, [each.tag for each in root]) == ("services", ["service", "service"])
    assert [each.tag for each in root[1]] == SERVICE
    assert root[1].findtext("metadata") == "true"
    assert json.loads(written("services", told_of, "json"))[0]["service_code"] == "heating"


def test_a_definition_as_in_the_example() -> None:
    told_of = mapping.definition("heating", "en")
    root = tree("service_definition", told_of)
    assert [each.tag for each in root] == ["service_code", "attributes"]
    assert {each.tag for each in root[1]} == {"attribute"}
    assert [each.tag for each in root[1][2]] == ATTRIBUTE
    assert [each.tag for each in root[1][2].find("values") or ()] == ["value"] * 4
    assert [each.tag for each in (root[1][2].find("values") or ET.Element(""))[0]] == ["key", "name"]
    orders = [each["order"] for each in told_of["attributes"]]
    assert orders == sorted(set(orders))


def test_a_request_as_in_the_example() -> None:
    told_of = mapping.request(SEEN, TOPICS, packaged()["states"], "ru", ZoneInfo("America/Los_Angeles"))
    assert list(told_of) == REQUEST
    assert told_of["requested_datetime"] == "2010-04-14T07:37:38-07:00"
    assert (told_of["status"], told_of["status_notes"], told_of["address"]) == ("closed", "закрыто", "Абая 8")
    assert (told_of["agency_responsible"], told_of["lat"], told_of["long"]) == ("Теплосеть", 51.1, 71.4)
    root = tree("service_requests", [told_of])
    assert [each.tag for each in root] == ["request"]
    assert [each.tag for each in root[0]] == REQUEST
    assert root[0].findtext("description") == ""


def test_nothing_of_a_person_can_be_told() -> None:
    """What is read for it has no such field."""
    personal = {"caller", "requester", "words", "note", "flat", "household_id", "answer", "call"}
    assert not personal & {field.name for field in fields(PublicRequest)}


def test_errors_as_in_the_example() -> None:
    answer = told("xml", 403, "Invalid api_key")
    root = ET.fromstring(answer.body)  # noqa: S314 - our own
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/xml; charset=utf-8")
    assert (root.tag, root[0].tag, root[0].findtext("code")) == ("errors", "error", "403")
    assert json.loads(told("json", 400, "one", "two").body) == [
        {"code": 400, "description": "one"},
        {"code": 400, "description": "two"},
    ]
    assert (format_of("/requests.json"), format_of("/requests.xml"), format_of("/none")) == ("json", "xml", "xml")


@given(st.recursive(st.none() | st.booleans() | st.text() | st.floats(), lambda inner: st.lists(inner, max_size=3)))
def test_whatever_is_told_it_can_be_read(value: Any) -> None:
    body = written("errors", [{"code": 1, "description": value if not isinstance(value, list) else None}], "xml")
    assert ET.fromstring(body).tag == "errors"  # noqa: S314 - our own


def test_the_examples_form() -> None:
    """The fields of the specification's POST, in its encoding."""
    sent = (
        b"api_key=xyz&jurisdiction_id=city.gov&service_code=001&lat=37.76524078&long=-122.4212043"
        b"&address_string=1234+5th+street&email=a%40b.example&first_name=john&last_name=&attribute[WHISPAWN]=123456"
    )
    form = form_of("application/x-www-form-urlencoded; charset=utf-8", sent)
    assert form["address_string"] == "1234 5th street"
    assert form["attribute[WHISPAWN]"] == "123456"
    assert "last_name" not in form, "empty is as if it was not there"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"a=%ff"),
        ("application/x-www-form-urlencoded", b"\xff"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(70))),
        ("application/x-www-form-urlencoded", b"description=" + b"a" * 4001),
    ],
)
def test_a_body_that_is_no_form(kind: str, body: bytes) -> None:
    with pytest.raises(Fault) as refused:
        form_of(kind, body)
    assert refused.value.status == 400


def test_keys_are_known_by_their_digest() -> None:
    lines = made("city-app")
    key = lines.splitlines()[0].removeprefix("api_key: ")
    assert digest(key) in lines
    keys = (Key(name="city-app", sha256=digest(key)),)
    assert (owner(key, keys), owner(key + "x", keys), owner("", keys)) == ("city-app", None, None)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("uk-UA,uk;q=0.9,ru;q=0.5", "uk"), ("de, EN;q=0.7", "en"), ("", "ru"), ("de", "ru"), (",;=", "ru")],
)
def test_the_language_that_an_app_asks_for(accepted: str, language: str) -> None:
    assert mapping.language_of(accepted, "ru") == language
