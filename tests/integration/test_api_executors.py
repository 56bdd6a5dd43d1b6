"""An executor's doors: the tickets of his organisation, his work on them, and nobody else's data. On both dialects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kezek_register import Register
from kit.pictures import PLAIN_PNG as PNG
from kit.register_doors import Town, assigned_to, settle

DAY = timedelta(days=1)


@pytest.fixture
async def town(register: Register, tmp_path: Path) -> Town:
    return await settle(register, tmp_path / "photos")


def tag(ticket: dict[str, Any]) -> dict[str, str]:
    return {"If-Match": f'"{ticket["version"]}"'}


async def test_he_sees_the_tickets_of_his_organisation_only(town: Town) -> None:
    """Another organisation's looks like one that is not there, at every door."""
    his = await assigned_to(town, "waterworks")
    others = await assigned_to(town, "power")
    nobodys = await assigned_to(town, "")
    async with town.at_the_door("erlan") as plumber:
        listed = (await plumber.get("/api/executor/tickets")).json()["tickets"]
        assert [one["number"] for one in listed] == [his]
        assert [
            one["number"] for one in (await plumber.get("/api/executor/tickets?q=" + others)).json()["tickets"]
        ] == []
        me = (await plumber.get("/api/executor")).json()
        assert (me["organisation"]["code"], me["open"], me["late"]) == ("waterworks", 1, 0)
        for number in (others, nobodys, "26-999999-0"):
            path = f"/api/executor/tickets/{number}"
            for verb, where, body in (
                ("GET", path, None),
                ("GET", f"{path}/contact", None),
                ("GET", f"{path}/photos/1", None),
                ("POST", f"{path}/moves", {"move": "accept"}),
                ("POST", f"{path}/notes", {"text": "x"}),
            ):
                told = await plumber.request(verb, where, json=body, headers={"If-Match": "*"})
                assert told.json()["code"] in ("not_found", "bad_number"), where
            photo = await plumber.post(f"{path}/photos", content=PNG, headers={"Content-Type": "image/png"})
            assert photo.json()["code"] in ("not_found", "bad_number")
        for path in (
            "/api/tickets", f"/api/tickets/{his}", f"/api/tickets/{his}/card", "/api/addresses?q=летняя",
            "/api/organisations", "/api/outages", "/api/duties", "/api/networks",
        ):  # fmt: skip
            told = await plumber.get(path)
            assert (told.status_code, told.json()["code"]) == (403, "forbidden"), path


async def test_he_accepts_reports_with_a_photo_and_the_citizen_reads_what_he_did(town: Town) -> None:
    number = await assigned_to(town, "waterworks")
    path = f"/api/executor/tickets/{number}"
    async with town.at_the_door("erlan") as plumber:
        told = await plumber.get(path)
        card = told.json()
        assert told.headers["etag"] == f'"{card["ticket"]["version"]}"'
        assert {"accept", "hand_on", "report"} <= set(card["may"])
        assert not {"assign", "verify", "close"} & set(card["may"])
        missing = await plumber.post(f"{path}/moves", json={"move": "accept"})
        assert (missing.status_code, missing.json()["code"]) == (428, "precondition_required")
        accepted = await plumber.post(f"{path}/moves", json={"move": "accept"}, headers=tag(card["ticket"]))
        assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted")
        photo = await plumber.post(
            f"{path}/photos", params={"words": "The new valve"}, content=PNG, headers={"Content-Type": "image/png"}
        )
        assert (photo.status_code, photo.json()["who"], photo.json()["words"]) == (201, "erlan", "The new valve")
        shown = await plumber.get(f"{path}/photos/{photo.json()['id']}")
        assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
        reported = await plumber.post(
            f"{path}/moves", json={"move": "report", "why": "The valve is replaced"}, headers=tag(accepted.json())
        )
        assert reported.json()["state"] == "reported"
    async with town.at_the_door("aigul") as operator:
        seen = (await operator.get(f"/api/tickets/{number}/card")).json()
        assert seen["ticket"]["answer"] == "The valve is replaced"
        assert [one["move"] for one in seen["moves"]] == ["register", "assign", "accept", "report"]
        assert [one["words"] for one in seen["photos"]] == ["The new valve"]


async def test_he_hands_on_with_a_reason_and_does_not_see_it_again(town: Town) -> None:
    """An asset of somebody else is passed to its owner and followed under the same number."""
    number = await assigned_to(town, "waterworks")
    path = f"/api/executor/tickets/{number}"
    async with town.at_the_door("erlan") as plumber:
        others = (await plumber.get("/api/executor/organisations")).json()["organisations"]
        assert [one["code"] for one in others] == ["power"]
        order = {"move": "hand_on", "organisation": "power"}
        silent = await plumber.post(f"{path}/moves", json=order, headers={"If-Match": "*"})
        assert (silent.status_code, silent.json()["code"]) == (409, "move_not_allowed")
        order["why"] = "Their cable"
        handed = await plumber.post(f"{path}/moves", json=order, headers={"If-Match": "*"})
        assert (handed.status_code, handed.json()["state"]) == (200, "assigned")
        assert (await plumber.get(path)).status_code == 404
    async with town.at_the_door("olena") as electrician:
        card = (await electrician.get(path)).json()
        assert card["ticket"]["number"] == number
        assert (card["moves"][-1]["why"], card["moves"][-1]["organisation_title"]) == ("Their cable", "Електромережі")


async def test_a_citizens_name_and_number_are_behind_a_door_of_their_own(town: Town) -> None:
    """Asked for at work, written into the audit, and not told when the work is over."""
    number = await assigned_to(town, "waterworks")
    path = f"/api/executor/tickets/{number}"
    async with town.at_the_door("erlan") as plumber:
        for where in ("/api/executor/tickets", path):
            told = (await plumber.get(where)).text
            assert "+77009990111" not in told
            assert "Примерова" not in told
        contact = await plumber.get(f"{path}/contact")
        assert contact.json() == {"requester": "Марина Примерова", "caller": "+77009990111", "language": "kk"}
    async with town.at_the_door("saule") as second_line:
        closed = await second_line.post(
            f"/api/tickets/{number}/moves", json={"move": "close", "why": "Done"}, headers={"If-Match": "*"}
        )
        assert closed.status_code == 200, closed.text
    async with town.at_the_door("erlan") as plumber:
        refused = await plumber.get(f"{path}/contact")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    looks = await town.register.audit.list(datetime.now(UTC) - DAY, datetime.now(UTC) + DAY)
    assert [(one.what, one.subject) for one in reversed(looks) if one.login == "erlan"] == [
        ("tickets", "organisation=waterworks"),
        ("ticket", number),
        ("contact", number),
    ]


async def test_notes_between_operators_are_not_his(town: Town) -> None:
    number = await assigned_to(town, "waterworks")
    async with town.at_the_door("aigul") as operator:
        for text, public in (("She is angry", False), ("A plumber comes today", True)):
            await operator.post(f"/api/tickets/{number}/notes", json={"text": text, "public": public})
    async with town.at_the_door("erlan") as plumber:
        await plumber.post(f"/api/executor/tickets/{number}/notes", json={"text": "Nobody was at home"})
        notes = (await plumber.get(f"/api/executor/tickets/{number}")).json()["notes"]
        assert [one["text"] for one in notes] == ["A plumber comes today", "Nobody was at home"]
