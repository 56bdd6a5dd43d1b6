"""The word of who is there: by an executor's own doors and by the second line's. On both dialects."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kezek_register import Register
from kezek_register.areas import Area
from kezek_register.detection.types import Suspicion
from kezek_register.duty_types import Duty
from kezek_register.outage_types import Outage
from kezek_register.trouble_types import KeptReport, Trouble
from kit.register_doors import Town, settle

NOW = datetime.now(UTC)


@pytest.fixture
async def town(register: Register, tmp_path: Path) -> Town:
    """The waterworks answer for all water pipes."""
    town = await settle(register, tmp_path / "photos")
    await register.duties.add(Duty(0, "water_pipe", "waterworks", Area("all")))
    return town


def houses(town: Town, first: str, last: str) -> Area:
    return Area("houses", street_id=town.street_id, house_from=first, house_to=last)


def said_of(area: Area) -> dict[str, Any]:
    return {"scope": "houses", "street_id": area.street_id, "house_from": area.house_from, "house_to": area.house_to}


async def suspected(town: Town) -> int:
    """Callers of four houses of one street without water."""
    numbers = (2, 4, 6, 8)
    places = [await town.register.places.of_house(town.street_id, str(n)) for n in numbers]
    reports = [
        Trouble(
            f"call:c-{n}", NOW, "call", "water", street_id=town.street_id, house=str(n), phone=f"+770000000{n:02}",
            building_id=place.building_id or None,
        )
        for n, place in zip(numbers, places, strict=True)
    ]  # fmt: skip
    await town.register.troubles.add(*reports)
    found = Suspicion(
        "d1", "open", "water", (houses(town, "2", "8"),), 4, 4, NOW - timedelta(minutes=6), NOW, 360.0, 0.3, 0.98, 11.0,
        40, grown=((NOW, 40),),
    )  # fmt: skip
    return (await town.register.suspicions.write(found, keys=[one.key for one in reports])).id


async def by_crews(town: Town) -> list[KeptReport]:
    return [one for one in await town.register.troubles.since(0) if one.source == "crew"]


async def test_an_executor_says_what_he_finds_there_and_another_organisation_does_not_see_it(town: Town) -> None:
    """P-bad: a rumour (calls without a fault: a crew says no)."""
    id = await suspected(town)
    path = f"/api/executor/suspicions/{id}/word"
    async with town.at_the_door("erlan") as plumber, town.at_the_door("olena") as electrician:
        assert (await electrician.get("/api/executor/troubles")).json() == {"suspicions": [], "outages": []}
        told = await electrician.post(path, json={"says": "on"})
        assert (told.status_code, told.json()["code"]) == (404, "not_found")
        (shown,) = (await plumber.get("/api/executor/troubles")).json()["suspicions"]
        assert (shown["id"], shown["said"], "certainty" in shown) == (id, [], False)
        word = (await plumber.post(path, json={"says": "on", "why": " We are there "})).json()
        assert (word["by"], word["organisation"], word["says"], word["why"]) == (
            "erlan",
            "waterworks",
            "on",
            "We are there",
        )
        assert (await plumber.post(path, json={"says": "on", "why": "again"})).json()["id"] == word["id"]
        for bad in (
            {"says": "maybe"}, {}, {"says": "on", "areas": [{"scope": "street"}]}, {"says": "on", "why": "\x00"},
            {"says": "out", "areas": [{"scope": "all"}] * 51},
            {"says": "on", "areas": [{"scope": "building", "building_id": 0}]},
        ):  # fmt: skip
            assert (await plumber.post(path, json=bad)).status_code == 422, bad
        unknown = {"says": "out", "areas": [{"scope": "building", "building_id": 2**31 - 1}]}
        assert (await plumber.post(path, json=unknown)).status_code == 404
        elsewhere = await plumber.post(path, json={"says": "on", "areas": [said_of(houses(town, "14", "16"))]})
        assert elsewhere.json()["code"] == "bad_outage"
        assert (await plumber.post(f"/api/suspicions/{id}/word", json={"says": "on"})).status_code == 403
    reports = await by_crews(town)
    assert {one.party for one in reports} == {"crew:waterworks"}
    assert {(one.says, one.sure, one.topic) for one in reports} == {("on", 1.0, "water")}
    async with town.at_the_door("saule") as second_line, town.at_the_door("aigul") as operator:
        (said,) = (await second_line.get(f"/api/suspicions/{id}")).json()["said"]
        assert said["by"] == "erlan"
        assert (await operator.post(f"/api/suspicions/{id}/word", json={"says": "on"})).status_code == 403
        heard = await second_line.post(f"/api/suspicions/{id}/word", json={"says": "out"})
        assert (heard.status_code, heard.json()["organisation"], heard.json()["by"]) == (201, "waterworks", "saule")
        strange = await second_line.post(f"/api/suspicions/{id}/word", json={"says": "on", "organisation": "nobody"})
        assert strange.json()["code"] == "not_found"
    assert {one.says for one in await by_crews(town)} == {"on", "out"}
    now = datetime.now(UTC)
    entries = await town.register.audit.list(now - timedelta(minutes=1), now + timedelta(minutes=1))
    assert {("erlan", f"suspicion {id}"), ("saule", f"suspicion {id}")} <= {(one.login, one.subject) for one in entries}


async def test_of_an_outage_by_areas_and_it_goes_on_until_somebody_restores_it(town: Town) -> None:
    whole = Area("street", street_id=town.street_id)
    opened = Outage(0, "announced", 2, "water", NOW - timedelta(hours=1), (whole,), organisation="waterworks")
    outage = await town.register.outages.open(opened, "dana")
    path = f"/api/executor/outages/{outage.id}/word"
    async with town.at_the_door("erlan") as plumber:
        (shown,) = (await plumber.get("/api/executor/troubles")).json()["outages"]
        assert (shown["id"], shown["restored"]) == (outage.id, [])
        some = said_of(houses(town, "2", "4"))
        word = (await plumber.post(path, json={"says": "on", "areas": [some]})).json()
        assert [one["title"] != "" for one in word["areas"]] == [True]
        await town.register.outages.cancel(outage.id, "dana")
        over = await plumber.post(path, json={"says": "on"})
        assert (over.status_code, over.json()["code"]) == (409, "outage_over")
    kept = await town.register.outages.get(outage.id)
    assert kept.restored == ()
    async with town.at_the_door("aigul") as operator:
        (said,) = (await operator.get(f"/api/outages/{outage.id}")).json()["said"]
        assert (said["says"], said["areas"][0]["house_to"]) == ("on", "4")
    (report, *_) = await by_crews(town)
    assert 0 < report.sure < 1, "of a part it speaks by so much against the whole"


async def test_one_login_says_so_much_in_a_while_and_two_presses_at_once_are_one(town: Town) -> None:
    id = await suspected(town)
    path = f"/api/executor/suspicions/{id}/word"
    async with town.at_the_door("erlan") as plumber:
        both = await asyncio.gather(*(plumber.post(path, json={"says": "out"}) for _ in range(2)))
        assert {one.status_code for one in both} == {201}
        assert len({one.json()["id"] for one in both}) == 1
        for n in range(59):
            told = await plumber.post(path, json={"says": ("on", "out")[n % 2]})
            assert told.status_code == 201
        too_many = await plumber.post(path, json={"says": "on"})
        assert (too_many.status_code, too_many.json()["code"]) == (429, "too_many")
