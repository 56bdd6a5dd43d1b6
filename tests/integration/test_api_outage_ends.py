"""An outage's end by its doors: parts, mistakes, what is left, the call-out chain, life safety. Both dialects."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from kezek_api.outage_report_tables import of_outage
from kezek_api.shapes_outage_report import OutageReportView
from kezek_register import Register
from kezek_register.types import CallRecord
from kit.databases import told
from kit.register_doors import Town, settle

NOW = datetime.now(UTC)


@pytest.fixture
async def town(register: Register, tmp_path: Path) -> Town:
    return await settle(register, tmp_path / "photos")


def houses(town: Town, first: str, last: str) -> dict[str, Any]:
    return {"scope": "houses", "street_id": town.street_id, "house_from": first, "house_to": last}


async def opened(town: Town, door: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    outage = {
        "level": 2,
        "topic": "water",
        "cause": "burst_pipe",
        "organisation": "waterworks",
        "areas": [{"scope": "street", "street_id": town.street_id}],
        "starts_at": (NOW - timedelta(hours=1)).isoformat(),
        **more,
    }
    made = await door.post("/api/outages", json=outage)
    assert made.status_code == 201, made.text
    return dict(made.json())


async def test_a_part_is_restored_and_a_mistake_taken_back(town: Town) -> None:
    async with town.at_the_door("saule") as second_line:
        outage = await opened(town, second_line)
        path = f"/api/outages/{outage['id']}"
        part = {"areas": [houses(town, "2", "8")], "why": "The other pipe"}
        done = (await second_line.post(f"{path}/restore", json=part)).json()
        assert (done["state"], done["restored"][0]["title"][-3:]) == ("announced", "2–8")
        assert [(one["step"], one["who"], one["why"]) for one in done["restorations"]] == [
            (1, "saule", "The other pipe")
        ]
        again = await second_line.post(f"{path}/restore", json=part)
        assert (again.json()["version"], again.headers["etag"]) == (done["version"], f'"{done["version"]}"')
        place = await second_line.get("/api/places", params={"street_id": town.street_id, "house": "8"})
        assert place.json()["outages"] == []
        refused = await second_line.post(f"{path}/restore", json={"areas": [{"scope": "street", "street_id": 4040}]})
        assert (refused.status_code, refused.json()["code"]) == (422, "bad_outage")
        closed = (await second_line.post(f"{path}/close", json={})).json()["outage"]
        assert closed["restorations"][-1]["closes"]
        back = (await second_line.post(f"{path}/reopen", json={"why": "Another street"})).json()
        assert (back["state"], len(back["restored"]), back["restorations"][-1]["taken_back_by"]) == (
            "announced",
            1,
            "saule",
        )
        assert (await second_line.post(f"{path}/reopen", json={"step": 9})).json()["code"] == "not_found"
        nested = (await second_line.post(f"{path}/reopen", json={"areas": [houses(town, "8", "8")]})).json()
        assert (nested["parent"], nested["areas"][0]["house_from"]) == (outage["id"], "8")
        left = (await second_line.get(f"{path}/still_out")).json()
        assert (left["groups"], left["mistaken"], left["words"]) == ([], False, "")
    async with town.at_the_door("aigul") as operator:
        for verb, body in (("restore", part), ("reopen", {}), ("call_out", {})):
            assert (await operator.post(f"{path}/{verb}", json=body)).json()["code"] == "forbidden"


async def test_what_is_still_out_is_said_in_words(town: Town) -> None:
    async with town.at_the_door("saule") as second_line:
        outage = await opened(town, second_line)
        path = f"/api/outages/{outage['id']}"
        tied = await second_line.post(f"{path}/ties", json={"phone": "+77009990111", "language": "ru"})
        await second_line.post(f"{path}/close", json={})
        await second_line.post(f"{path}/answered", json={"party": tied.json()["party"], "restored": "no"})
        left = (await second_line.get(f"{path}/still_out")).json()
        assert (left["answered"], left["still_out"]) == (1, 1)
        (group,) = left["groups"]
        assert (group["kind"], group["parties"]) == ("house", 1)
        assert "ещё не включено у 1 из 1" in group["words"]


async def test_the_chain_is_called_out_by_one_press_and_the_checklist_shows_life_safety_first(
    town: Town, register_url: str
) -> None:
    await told(
        register_url, "UPDATE buildings SET lifts = 2, special_needs = CASE id WHEN 1 THEN 'a ventilator' ELSE '' END"
    )
    async with town.at_the_door("saule") as second_line:
        outage = await opened(town, second_line, areas=[{"scope": "all"}])
        path = f"/api/outages/{outage['id']}"
        nobody = await second_line.post(f"{path}/call_out")
        assert (nobody.status_code, nobody.json()["code"]) == (422, "bad_outage"), "nobody's number is known"
        lines = (await second_line.get(f"{path}/life_safety", params={"lifts": True})).json()["lines"]
        assert lines, "houses with lifts"
        assert [line["special_needs"] for line in lines[:2]] == ["a ventilator", ""]
        alone = (await second_line.get(f"{path}/life_safety")).json()["lines"]
        assert [line["building_id"] for line in alone] == [1]
        body = {"building_id": lines[0]["building_id"], "note": "Nobody is inside"}
        seen = (await second_line.post(f"{path}/life_safety", json=body)).json()
        assert (seen["done_by"], seen["note"]) == ("saule", "Nobody is inside")
        after = (await second_line.get(f"{path}/life_safety", params={"lifts": True})).json()["lines"]
        assert (after[-1]["building_id"], after[-1]["done_by"]) == (lines[0]["building_id"], "saule")
        lost = await second_line.post(f"{path}/life_safety", json={"building_id": 4040})
        assert lost.status_code == 404
    looks = await town.register.audit.list(NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert ("saule", "special_needs", f"outage {outage['id']}") in {(one.login, one.what, one.subject) for one in looks}


async def test_its_report_writes_itself_and_is_a_file_for_a_spreadsheet(town: Town) -> None:
    async with town.at_the_door("saule") as second_line:
        outage = await opened(town, second_line)
        path = f"/api/outages/{outage['id']}"
        body = {"phone": "+77009990111", "language": "ru", "call": "c1"}
        tied = (await second_line.post(f"{path}/ties", json=body)).json()
        nobody = CallRecord("", "", "109", "ru", "hotline", "", "", NOW, None, None, None, "")
        await town.register.history.save(replace(nobody, call="c1", end="informed"))
        await town.register.history.save(replace(nobody, call="c2", end="answered", placed_at=NOW, waited_s=42.0))
        await second_line.post(f"{path}/close", json={})
        await second_line.post(f"{path}/answered", json={"party": tied["party"], "restored": "no"})
        told = (await second_line.get(f"{path}/report")).json()
        assert (told["saved"], told["heard"], told["still_out"], told["tied"]) == (1, {"informed": 1}, 1, 1)
        assert (told["line"], told["line_waited"]["p90_s"]) == ({"answered": 1, "informed": 1}, 42.0)
        assert (told["closed_by"], told["title"], told["answers"]) == ("saule", "вода", {"no": 1})
        assert [(one["what"], one["state"], one["number"]) for one in told["notices"]] == [("restored", "pending", 1)]
        for language, head in (("ru", "Отключение"), ("kk", "Ажырату"), ("uk", "Відключення"), ("en", "Outage")):
            made = of_outage(OutageReportView.model_validate(told), language)
            assert made[0][0].startswith(head)
            assert all(len(row) == len(heads) for _, heads, rows in made for row in rows)
        csv = await second_line.get(f"{path}/report", params={"format": "csv"})
        assert "Звонков без оператора благодаря объявлению;1" in csv.text
        xlsx = await second_line.get(f"{path}/report", params={"format": "xlsx"})
        assert (xlsx.status_code, xlsx.content[:2]) == (200, b"PK")
        assert (await second_line.get("/api/outages/4040/report")).status_code == 404
    async with town.at_the_door("aigul") as operator:
        assert (await operator.get(f"{path}/report")).json()["code"] == "forbidden"
