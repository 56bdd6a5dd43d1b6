"""Organisations and rules by their doors: read by all, changed by managers, never under another's hands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kezek_register import Register
from kit.register_doors import Town, settle

NAMES = {"kk": "Жылу", "ru": "Теплосеть", "uk": "Тепломережа", "en": "Heat"}


@pytest.fixture
async def town(register: Register, tmp_path: Path) -> Town:
    return await settle(register, tmp_path / "photos")


def tag(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


async def test_organisations_rules_and_emergencies_are_read_page_by_page(town: Town) -> None:
    """The cursors are opaque, `Link` says the same, and what was asked for beside them stays."""
    emergency = {"service": "gas", "how": "operator", "context": "Leaks"}
    async with town.at_the_door("dana") as manager:
        for house in ("8", "9", "10"):
            area = {"scope": "houses", "street_id": town.street_id, "house_from": house, "house_to": house}
            rule = {"asset_kind": "water_pipe", "organisation": "waterworks", "area": area}
            assert (await manager.post("/api/duties", json=rule)).status_code == 201
            handed = await manager.post("/api/emergencies", json={**emergency, "call": f"c{house}"})
            assert handed.status_code == 201, handed.text
        for path, name in (
            ("/api/organisations", "organisations"),
            ("/api/duties?asset_kind=water_pipe", "duties"),
            ("/api/emergencies?open=true", "emergencies"),
            ("/api/emergencies?open=false", "emergencies"),
        ):
            whole = (await manager.get(path)).json()
            assert whole["next"] == "", "the first page is large enough for most"
            seen, link = [], f"{path}{'&' if '?' in path else '?'}limit=1"
            while link:
                page = await manager.get(link)
                seen += page.json()[name]
                assert len(page.json()[name]) == 1
                link = page.headers.get("link", "").partition(">")[0][1:]
                assert bool(link) == bool(page.json()["next"])
            assert seen == whole[name], path
            assert len(seen) >= 2
        assert (await manager.get("/api/duties?after=none")).json()["code"] == "bad_cursor"


async def test_an_organisation_is_added_and_changed_by_a_manager(town: Town) -> None:
    async with town.at_the_door("dana") as manager:
        made = await manager.post("/api/organisations", json={"code": "heat", "names": NAMES, "phone": "104"})
        assert made.status_code == 201, made.text
        assert made.headers["location"] == "/api/organisations/heat"
        again = await manager.post("/api/organisations", json={"code": "heat", "names": NAMES})
        assert (again.status_code, again.json()["code"]) == (409, "conflict")
        version = made.json()["version"]
        change = {"names": NAMES, "phone": "+77009990201", "channel": "call", "parent": "waterworks"}
        unsaid = await manager.put("/api/organisations/heat", json=change)
        assert (unsaid.status_code, unsaid.json()["code"]) == (428, "precondition_required")
        changed = await manager.put("/api/organisations/heat", json=change, headers=tag(version))
        assert (changed.status_code, changed.json()["parent"]) == (200, "waterworks")
        stale = await manager.put("/api/organisations/heat", json=change, headers=tag(version))
        assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
        ring = {"names": NAMES, "parent": "heat"}
        told = await manager.put("/api/organisations/waterworks", json=ring, headers={"If-Match": "*"})
        assert (told.status_code, told.json()["code"]) == (409, "bad_organisation")
        read = await manager.get("/api/organisations/heat")
        assert read.headers["etag"] == changed.headers["etag"]
    async with town.at_the_door("saule") as second_line:
        codes = [one["code"] for one in (await second_line.get("/api/organisations")).json()["organisations"]]
        assert codes == ["heat", "power", "waterworks"]
        refused = await second_line.post("/api/organisations", json={"code": "x", "names": NAMES})
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_the_narrower_rule_answers_and_rules_are_told_in_words(town: Town) -> None:
    """A city's pipes are the city's, but these houses' belong to another: every address has one answer."""
    async with town.at_the_door("dana") as manager:

        async def rule(organisation: str, area: dict[str, Any]) -> dict[str, Any]:
            body = {"asset_kind": "heat_pipe", "organisation": organisation, "area": area}
            told = await manager.post("/api/duties", json=body)
            assert told.status_code == 201, told.text
            return dict(told.json())

        everywhere = await rule("waterworks", {"scope": "all"})
        houses = {"scope": "houses", "street_id": town.street_id, "house_from": "2", "house_to": "8", "parity": "even"}
        special = await rule("power", houses)
        assert everywhere["area"]["title"] == "весь город"
        assert special["area"]["title"].endswith("Летняя 2–8, чётные")

        async def answers(house: str) -> str:
            query = {"street_id": town.street_id, "house": house, "asset_kind": "heat_pipe"}
            told = (await manager.get("/api/duties/answer", params=query)).json()["answer"]
            return str(told["organisation"]["code"])

        assert [await answers(house) for house in ("8", "7", "10")] == ["power", "waterworks", "waterworks"]
        nobody = {"street_id": town.street_id, "asset_kind": "lift"}
        assert (await manager.get("/api/duties/answer", params=nobody)).json() == {"answer": None}
        findings = (await manager.get("/api/duties/check")).json()["findings"]
        assert {one["what"] for one in findings} == {"gap"}
        kinds = {one["asset_kind"] for one in findings}
        assert "lift" in kinds
        assert "heat_pipe" not in kinds
        assert all(one["buildings"] > 0 for one in findings)

        path = f"/api/duties/{special['id']}"
        mended = await manager.put(
            path, json={"asset_kind": "heat_pipe", "organisation": "waterworks", "area": houses}, headers=tag(1)
        )
        assert (mended.status_code, mended.json()["organisation"]) == (200, "waterworks")
        assert (await manager.delete(path, headers=tag(1))).json()["code"] == "stale_version"
        assert (await manager.delete(path, headers={"If-Match": mended.headers["etag"]})).status_code == 204
        assert (await manager.delete(path, headers={"If-Match": "*"})).status_code == 404
        listed = (await manager.get("/api/duties", params={"asset_kind": "heat_pipe"})).json()["duties"]
        assert [one["id"] for one in listed] == [everywhere["id"]]


async def test_an_area_without_what_it_needs_is_refused_by_name(town: Town) -> None:
    async with town.at_the_door("dana") as manager:
        for area, named in (
            ({"scope": "houses"}, "street_id"),
            ({"scope": "part"}, "part_id"),
            ({"scope": "moon"}, "scope"),
        ):
            body = {"asset_kind": "lift", "organisation": "power", "area": area}
            told = await manager.post("/api/duties", json=body)
            assert (told.status_code, told.json()["code"]) == (422, "invalid")
            assert named in told.json()["title"]
        body = {"asset_kind": "lift", "organisation": "power", "area": {"scope": "street", "street_id": 4040}}
        assert (await manager.post("/api/duties", json=body)).json()["code"] == "not_found"


async def test_what_is_known_of_an_address_before_anything_is_written(town: Town) -> None:
    async with town.at_the_door("aigul") as operator:
        draft = {"street_id": town.street_id, "house": "8", "flat": "1", "topic": "heating"}
        number = (await operator.post("/api/tickets", json=draft)).json()["number"]
        place = (await operator.get("/api/places", params={"street_id": town.street_id, "house": "дом 8"})).json()
        assert (place["street"]["name"], place["house"], place["building"]["house"]) == ("Летняя", "8", "8")
        assert [one["number"] for one in place["tickets"]] == [number]
        assert (place["answer"], place["outages"]) == (None, [])
        strange = (await operator.get("/api/places", params={"street_id": town.street_id, "house": "404"})).json()
        assert (strange["building"], strange["tickets"]) == (None, [])
        lost = await operator.get("/api/places", params={"street_id": 4040})
        assert (lost.status_code, lost.json()["code"]) == (404, "not_found")
        for wrong in ("1,2,3", "a,b,c,d", "10,0,5,1", "0,0,400,1", "nan,nan,nan,nan"):
            told = await operator.get("/api/buildings", params={"bbox": wrong})
            assert (told.status_code, told.json()["code"]) == (422, "invalid"), wrong
        assert (await operator.get("/api/buildings", params={"bbox": "-180,-90,180,90"})).status_code == 200
