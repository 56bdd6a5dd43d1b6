"""Tickets by their doors: entered by hand, listed, moved, mended, with notes and links. On both dialects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from kezek_register import Register
from kit.register_doors import Town, settle

DAY = timedelta(days=1)


@pytest.fixture
async def town(register: Register, tmp_path: Path) -> Town:
    return await settle(register, tmp_path / "photos")


def draft(town: Town, **more: Any) -> dict[str, Any]:
    return {
        "caller": "8 700 999 01 11",
        "requester": "Марина Примерова",
        "language": "kk",
        "street_id": town.street_id,
        "house": "дом 8",
        "flat": "кв. 12",
        "topic": "heating",
        "words": "Батареи холодные",
        **more,
    }


async def written(client: httpx.AsyncClient, town: Town, **more: Any) -> dict[str, Any]:
    told = await client.post("/api/tickets", json=draft(town, **more))
    assert told.status_code == 201, told.text
    return dict(told.json())


def without_clock(ticket: dict[str, Any]) -> dict[str, Any]:
    """It runs between two readings."""
    assert ticket["deadline"]["left_s"] > 0
    return {**ticket, "deadline": {**ticket["deadline"], "left_s": None}}


def tag(ticket: dict[str, Any]) -> dict[str, str]:
    return {"If-Match": f'"{ticket["version"]}"'}


async def test_a_ticket_by_hand_has_its_number_and_is_read_in_the_readers_language(town: Town) -> None:
    async with town.at_the_door("aigul") as operator:
        told = await operator.post("/api/tickets", json=draft(town))
        made = told.json()
        assert told.headers["location"] == f"/api/tickets/{made['number']}"
        assert told.headers["etag"] == f'"{made["version"]}"'
        assert (made["state"], made["channel"], made["operator"]) == ("registered", "manual", "aigul")
        assert (made["street"], made["house"], made["flat"]) == ("Летняя", "8", "12")
        assert (made["caller"], made["requester"]) == ("+77009990111", "Марина Примерова")
        assert made["confirmed"]

        read = await operator.get(f"/api/tickets/{made['number'].replace('-', '')}")
        assert without_clock(read.json()) == without_clock(made)
        assert read.headers["etag"] == told.headers["etag"]
        card = (await operator.get(f"/api/tickets/{made['number']}/card")).json()
        assert without_clock(card["ticket"]) == without_clock(made)
        assert [move["move"] for move in card["moves"]] == ["register"]
        assert "assign" not in card["may"], "the first line does not route"
    async with town.at_the_door("saule") as second_line:
        assert "assign" in (await second_line.get(f"/api/tickets/{made['number']}/card")).json()["may"]


async def test_what_else_was_said_is_entered_and_mended_by_hand(town: Town) -> None:
    async with town.at_the_door("saule") as second_line:
        said = {"entrance": "2", "phone": "+7 700 999 01 11", "urgency": "children"}
        made = (await second_line.post("/api/tickets", json=draft(town) | {"details": said})).json()
        assert (made["details"], made["provenance"]["entrance"]) == (said, "operator")
        path = f"/api/tickets/{made['number']}"
        change = {"details": {"entrance": "", "landmark": "возле школы"}}
        mended = (await second_line.patch(path, json=change, headers=tag(made))).json()
        assert mended["details"] == {"landmark": "возле школы", "phone": "+7 700 999 01 11", "urgency": "children"}
        wrong = await second_line.post("/api/tickets", json=draft(town) | {"details": {"urgency": "noise"}})
        assert wrong.status_code == 422


async def test_a_kind_that_somebody_has_chosen_stands_whatever_the_topic_says(town: Town) -> None:
    """'incident' too, which is also what a ticket is before anybody has said anything."""
    async with town.at_the_door("aigul") as operator:
        topics = (await operator.get("/api/topics")).json()["topics"]
        topic = next(one["code"] for one in topics if one["kind"] == "complaint")
        kinds = [(await written(operator, town, topic=topic, **more))["kind"] for more in ({}, {"kind": "incident"})]
        assert kinds == ["complaint", "incident"]
        mended = await written(operator, town, topic="heating")
        order = {"topic": topic, "kind": "incident"}
        told = await operator.patch(f"/api/tickets/{mended['number']}", json=order, headers=tag(mended))
        assert (told.json()["topic"], told.json()["kind"]) == (topic, "incident")


async def test_an_order_told_twice_is_one_ticket(town: Town) -> None:
    async with town.at_the_door("aigul") as operator:
        key = {"Idempotency-Key": "page-1"}
        first = (await operator.post("/api/tickets", json=draft(town), headers=key)).json()
        again = (await operator.post("/api/tickets", json=draft(town), headers=key)).json()
        assert again["number"] == first["number"]
        assert len((await operator.get("/api/tickets")).json()["tickets"]) == 1


async def test_what_cannot_be_is_refused_by_name(town: Town) -> None:
    async with town.at_the_door("aigul") as operator:
        for wrong, field in (
            ({"caller": "12"}, "caller"),
            ({"topic": "nonsense"}, "topic"),
            ({"street_id": 4040}, "street_id"),
            ({"lon": 400}, "lon"),
        ):
            told = await operator.post("/api/tickets", json=draft(town, **wrong))
            assert (told.status_code, told.json()["code"]) == (422, "invalid")
            assert field in told.json()["title"]
        told = await operator.post("/api/tickets", json=draft(town, household_id=4040))
        assert (told.status_code, told.json()["code"]) == (404, "not_found")


async def test_a_ticket_goes_its_way_and_every_move_is_told(town: Town) -> None:
    async with town.at_the_door("saule") as second_line:
        ticket = await written(second_line, town)
        path = f"/api/tickets/{ticket['number']}/moves"
        assigned = await second_line.post(
            path, json={"move": "assign", "organisation": "waterworks", "why": "Their main"}, headers=tag(ticket)
        )
        assert assigned.status_code == 200, assigned.text
        now = assigned.json()
        assert (now["state"], now["organisation"], now["organisation_title"]) == ("assigned", "waterworks", "Водоканал")
        assert now["version"] > ticket["version"]
        told = await second_line.get(path)
        assert [(one["move"], one["who"]) for one in told.json()["moves"]] == [
            ("register", "saule"),
            ("assign", "saule"),
        ]
        assert told.json()["moves"][-1]["organisation_title"] == "Водоканал"

        refused = await second_line.post(path, json={"move": "verify"}, headers=tag(now))
        assert (refused.status_code, refused.json()["code"]) == (409, "move_not_allowed")
        unknown = await second_line.post(path, json={"move": "hand_on", "organisation": "nobody"}, headers=tag(now))
        assert unknown.status_code in (404, 409)
    async with town.at_the_door("aigul") as operator:
        refused = await operator.post(path, json={"move": "assign", "organisation": "power"}, headers=tag(now))
        assert (refused.status_code, refused.json()["code"]) == (409, "move_not_allowed")


async def test_who_changes_says_what_he_had_read(town: Town) -> None:
    """RFC 9110's If-Match, RFC 6585's 428: nobody's change is lost under another's."""
    async with town.at_the_door("saule") as second_line:
        ticket = await written(second_line, town)
        path = f"/api/tickets/{ticket['number']}"
        missing = await second_line.patch(path, json={"note": "x"})
        assert (missing.status_code, missing.json()["code"]) == (428, "precondition_required")
        mended = await second_line.patch(path, json={"note": "Second entrance"}, headers=tag(ticket))
        assert (mended.status_code, mended.json()["note"]) == (200, "Second entrance")
        assert mended.headers["etag"] != f'"{ticket["version"]}"'
        for verb, where, body in (
            ("PATCH", path, {"note": "y"}),
            ("POST", f"{path}/moves", {"move": "refuse", "why": "z"}),
        ):
            stale = await second_line.request(verb, where, json=body, headers=tag(ticket))
            assert (stale.status_code, stale.json()["code"]) == (412, "stale_version"), where
        anyway = await second_line.patch(path, json={"topic": ""}, headers={"If-Match": "*"})
        assert (anyway.status_code, anyway.json()["topic"], anyway.json()["note"]) == (200, "", "Second entrance")
        nonsense = await second_line.patch(path, json={"note": "y"}, headers={"If-Match": '"abc"'})
        assert (nonsense.status_code, nonsense.json()["code"]) == (422, "invalid")


async def test_the_list_is_filtered_and_paged(town: Town) -> None:
    async with town.at_the_door("aigul") as operator:
        numbers = [
            (await written(operator, town, topic=topic, house=house))["number"]
            for topic, house in (("heating", "8"), ("heating", "10"), ("water", "8"), ("water", "10"), ("lift", "8"))
        ]

        async def asked(**query: Any) -> list[str]:
            told = await operator.get("/api/tickets", params=query)
            assert told.status_code == 200, told.text
            return [one["number"] for one in told.json()["tickets"]]

        assert await asked() == numbers[::-1]
        assert await asked(topic="heating") == numbers[1::-1]
        assert await asked(state="closed") == []
        assert await asked(q=numbers[2]) == [numbers[2]]
        assert await asked(street=town.street_id, channel="manual", operator="aigul") == numbers[::-1]
        assert await asked(caller="+77009990111", limit=2) == numbers[:2:-1]
        assert (
            await asked(since=(datetime.now(UTC) + DAY).isoformat(), until=(datetime.now(UTC) + 2 * DAY).isoformat())
            == []
        )

        seen, path = [], "/api/tickets?limit=2&state=open"
        while path:
            page = await operator.get(path)
            seen += [one["number"] for one in page.json()["tickets"]]
            path = page.links["next"]["url"] if "next" in page.links else ""
            assert bool(page.json()["next"]) == bool(path)
        assert seen == numbers[::-1]
        bad = await operator.get("/api/tickets", params={"after": "nonsense"})
        assert (bad.status_code, bad.json()["code"]) == (422, "bad_cursor")


async def test_notes_and_links(town: Town) -> None:
    async with town.at_the_door("aigul") as operator:
        first, second = await written(operator, town), await written(operator, town)
        path = f"/api/tickets/{first['number']}"
        note = await operator.post(f"{path}/notes", json={"text": "The key is with the caretaker", "public": True})
        assert (note.status_code, note.json()["who"], note.json()["public"]) == (201, "aigul", True)
        link = await operator.post(f"{path}/links", json={"number": second["number"], "how": "repeat"})
        assert (link.status_code, link.json()) == (201, {"number": second["number"], "how": "repeat"})
        itself = await operator.post(f"{path}/links", json={"number": first["number"], "how": "repeat"})
        assert (itself.status_code, itself.json()["code"]) == (409, "conflict")
        card = (await operator.get(f"{path}/card")).json()
        assert [one["text"] for one in card["notes"]] == ["The key is with the caretaker"]
        assert card["links"] == [{"number": second["number"], "how": "repeat"}]
        back = (await operator.get(f"/api/tickets/{second['number']}/card")).json()
        assert back["links"] == [{"number": first["number"], "how": "repeat"}]


async def test_each_look_at_a_citizens_data_is_written_down(town: Town) -> None:
    """Who looked at what; a caller's number and the words that were searched for are not in it."""
    async with town.at_the_door("aigul") as operator:
        ticket = await written(operator, town)
        for path in (
            f"/api/tickets/{ticket['number']}",
            f"/api/tickets/{ticket['number']}/card",
            "/api/tickets?state=open&q=Марина",
            "/api/tickets?caller=%2B77009990111",
        ):
            assert (await operator.get(path)).status_code == 200
        mended = await operator.patch(f"/api/tickets/{ticket['number']}", json={"flat": "13"}, headers=tag(ticket))
        assert mended.status_code == 200
    looks = await town.register.audit.list(datetime.now(UTC) - DAY, datetime.now(UTC) + DAY)
    assert [(one.login, one.what, one.subject) for one in reversed(looks)] == [
        ("aigul", "ticket_made", ticket["number"]),
        ("aigul", "ticket", ticket["number"]),
        ("aigul", "tickets", "state=open"),
        ("aigul", "tickets", "caller"),
        ("aigul", "ticket_edit", ticket["number"]),
    ]
