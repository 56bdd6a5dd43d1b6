"""Suspicions and additions by their doors: seen by everybody, decided by the second line. On both dialects."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kezek_register import Register
from kezek_register.areas import Area
from kezek_register.detection.types import Suspicion
from kezek_register.outage_types import Outage
from kezek_register.trouble_types import Addition, Trouble
from kit.databases import draft
from kit.register_doors import Town, settle

NOW = datetime.now(UTC)


@pytest.fixture
async def town(register: Register, tmp_path: Path) -> Town:
    return await settle(register, tmp_path / "photos")


async def suspected(town: Town) -> int:
    """Five callers of one street without water."""
    area = Area("houses", street_id=town.street_id, house_from="2", house_to="8")
    reports = [
        Trouble(
            f"call:c-{n}", NOW, "call", "water", street_id=town.street_id, house=str(2 * n), phone=f"+770000000{n:02}"
        )
        for n in range(1, 5)
    ]
    await town.register.troubles.add(*reports)
    found = Suspicion(
        "d1", "open", "water", (area,), 17, 16, NOW - timedelta(minutes=6), NOW, 360.0, 0.3, 0.98, 11.0, 40,
        grown=((NOW, 40),),
    )  # fmt: skip
    return (await town.register.suspicions.write(found, keys=[one.key for one in reports])).id


async def test_one_press_confirms_and_the_second_manager_gets_the_same_outage(town: Town) -> None:
    id = await suspected(town)
    path = f"/api/suspicions/{id}"
    async with town.at_the_door("aigul") as operator, town.at_the_door("saule") as second_line:
        (shown,) = (await operator.get("/api/suspicions", params={"state": "open"})).json()["suspicions"]
        assert shown["words"] == "17 звонков за 6 минут, улица Летняя 2–8: вода; обычно 0,3"
        assert (await operator.post(f"{path}/confirm")).status_code == 403
        voices = (await operator.get(f"{path}/reports", params={"limit": 3})).json()
        assert (len(voices["reports"]), voices["next"] != "") == (3, True)
        assert "77000000" not in str(voices)

        confirmed = await second_line.post(f"{path}/confirm")
        assert confirmed.status_code == 200, confirmed.text
        outage = confirmed.json()
        assert (outage["state"], outage["now"], outage["asset_kind"]) == ("announced", True, "water_pipe")
        async with town.at_the_door("dana") as manager:
            again = (await manager.post(f"{path}/confirm", json={"level": 1})).json()
            assert (again["id"], again["level"]) == (outage["id"], 2)
            refused = await manager.post(f"{path}/dismiss", json={"why": "no"})
            assert (refused.status_code, refused.json()["code"]) == (409, "suspicion_decided")
        now = (await operator.get(path)).json()
        assert (now["state"], now["outage_id"], now["decided_by"], now["beyond"]) == (
            "confirmed",
            outage["id"],
            "saule",
            False,
        )
    now_at = datetime.now(UTC)
    who = await town.register.audit.list(now_at - timedelta(minutes=1), now_at + timedelta(minutes=1))
    assert {one.what for one in who} >= {"suspicion_confirm", "suspicion_reports"}


async def test_dismissed_with_a_reason_and_extended_when_grown(town: Town) -> None:
    id = await suspected(town)
    path = f"/api/suspicions/{id}"
    async with town.at_the_door("saule") as second_line:
        refused = await second_line.post(f"{path}/extend")
        assert (refused.status_code, refused.json()["code"]) == (409, "suspicion_decided")
        told = (await second_line.post(f"{path}/dismiss", json={"why": " The crew is there "})).json()
        assert (told["state"], told["why"], told["decided_by"]) == ("dismissed", "The crew is there", "saule")
        outage = (await second_line.post(f"{path}/confirm", json={"level": 3})).json()
        kept = await town.register.suspicions.get(id)
        wider = (*kept.areas, Area("street", street_id=town.street_id))
        more = Suspicion("d1", "confirmed", "water", wider, 30, 29, NOW, NOW, 600.0, 0.3, 0.99, 20.0, 90)
        await town.register.suspicions.write(more, id)
        assert (await second_line.get(path)).json()["beyond"]
        extended = (await second_line.post(f"{path}/extend")).json()
        assert (extended["id"], len(extended["areas"])) == (outage["id"], 2)
        assert not (await second_line.get(path)).json()["beyond"]
        assert (await second_line.get("/api/suspicions/99")).status_code == 404


async def test_one_beside_a_confirmed_one_is_attached_to_it_and_two_managers_at_once_attach_it_once(
    town: Town,
) -> None:
    id = await suspected(town)
    elsewhere = Area("street", street_id=next(one for one in town._streets if one != town.street_id))
    first = Outage(0, "announced", 2, "water", NOW - timedelta(hours=1), (elsewhere,))
    outage = await town.register.outages.open(first, "dana")
    dark = await town.register.outages.open(replace(first, topic="electricity"), "dana")
    over = await town.register.outages.open(first, "dana")
    await town.register.outages.cancel(over.id, "dana")
    number = (
        await town.register.tickets.confirm(
            draft(call="c-1", caller="+77000000001", street_id=town.street_id, house="2", topic="water")
        )
    ).number
    path = f"/api/suspicions/{id}/extend"
    async with town.at_the_door("saule") as second_line, town.at_the_door("dana") as manager:
        for wrong, code in (
            ({"outage_id": dark.id}, "bad_outage"), ({"outage_id": over.id}, "outage_over"),
            ({"outage_id": 2**31 - 1}, "not_found"), ({"outage_id": "1 OR 1"}, "invalid"),
            ({"outage_id": -1}, "invalid"),
        ):  # fmt: skip
            assert (await second_line.post(path, json=wrong)).json()["code"] == code, wrong
        told = {"outage_id": outage.id}
        both = await asyncio.gather(*(one.post(path, json=told) for one in (second_line, manager)))
        assert {one.status_code for one in both} == {200}
        assert {one.json()["id"] for one in both} == {outage.id}
        assert [len(one.json()["areas"]) for one in both] == [2, 2]
        kept = (await second_line.get(f"/api/suspicions/{id}")).json()
        assert (kept["state"], kept["outage_id"], kept["beyond"]) == ("confirmed", outage.id, False)
        again = await manager.post(path, json={"outage_id": dark.id})
        assert again.status_code in (409, 422)
    assert (await town.register.tickets.get(number)).outage_id == outage.id
    assert len(await town.register.outages.now()) == 2


async def test_what_is_restored_there_already_is_not_attached(town: Town) -> None:
    id = await suspected(town)
    other = next(one for one in town._streets if one != town.street_id)
    areas = (Area("street", street_id=town.street_id), Area("street", street_id=other))
    outage = await town.register.outages.open(Outage(0, "announced", 2, "water", NOW, areas), "dana")
    await town.register.outages.restore(outage.id, areas[:1], "dana")
    async with town.at_the_door("saule") as second_line:
        told = await second_line.post(f"/api/suspicions/{id}/extend", json={"outage_id": outage.id})
        assert (told.status_code, told.json()["code"]) == (422, "bad_outage")


async def test_an_addition_is_seen_by_all_until_somebody_sees_to_it(town: Town) -> None:
    id = await suspected(town)
    outage = await town.register.suspicions.confirm(id, "dana")
    await town.register.additions.add(
        Addition(0, outage.id, NOW, "medical", "аппарат ИВЛ", call="c-9", street_id=town.street_id, house="4", flat="2")
    )
    async with town.at_the_door("aigul") as operator:
        (shown,) = (await operator.get("/api/additions")).json()["additions"]
        assert (shown["code"], shown["words"], shown["street"]) == ("medical", "аппарат ИВЛ", "Летняя")
        path = f"/api/outages/{outage.id}/additions"
        done = await operator.post(f"{path}/{shown['id']}/handled", json={"note": "Скорая едет"})
        assert done.json()["handled_by"] == "aigul"
        assert (await operator.get("/api/additions")).json()["additions"] == []
        assert (await operator.get(path)).json()["additions"][0]["note"] == "Скорая едет"
    async with town.at_the_door("erlan") as executor:
        assert (await executor.get(path)).status_code == 403
