"""Two of the register's stories as its people live them, with a real Asterisk: a burst pipe from the call to the
verified repair, and a planned work that the third caller hears of before he reaches anybody.

The other two, with telephones by script: test_register_stories.py.
"""

from __future__ import annotations

import contextlib
import wave
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kezek_register import Register, Staff
from kit.api import Page, until
from kit.city_phones import Phones, hears_of_the_outage, phones
from kit.pictures import PLAIN_PNG as PHOTO
from kit.seat import Seat
from kit.sip_agent import SipCall
from kit.tones import RATE, heard, strength, tone
from kit.valkey import Valkey
from kit.whole import City, Street, hotline

pytestmark = pytest.mark.timeout(180)

MARINA, HER_OTHER_PHONE = "+77009990111", "+77009990112"  # one household in Summer street 8; in Russian
OLEG = "+77009990113"  # Summer street 9
ASEM = "+77009990115"  # Monday street 8; in Kazakh
KAZAKH, RUSSIAN = 900.0, 1500.0  # pitches of what is said of a planned work
WINDOW = RATE // 5
PLUMBER = "petro"  # of the waterworks


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory, town: Path, valkey: Valkey) -> AsyncIterator[City]:
    async with hotline(tmp_path_factory.mktemp("city"), town, valkey, "whole-register") as made:
        async with Register.open(made.settings.sql) as register:
            works = await register.organisations.get("vodokanal")
            erlan = await register.staff.get("erlan")
            plumber = Staff(PLUMBER, "Петро", "executor", "", "uk", (), {}, organisation_id=works.id)
            await register.staff.add(plumber)
            await register.staff.set_password_hash(PLUMBER, erlan.password_hash)
        yield made


class Plumber:
    """An executor at his page."""

    def __init__(self, page: Page, number: str) -> None:
        self._http, self._path = page.http, f"/api/executor/tickets/{number}"

    async def card(self) -> dict[str, Any]:
        return dict((await self._http.get(self._path)).json())

    async def moves(self, move: str, why: str = "") -> None:
        """He has just read what he changes."""
        version = (await self.card())["ticket"]["version"]
        order, read = {"move": move, "why": why}, {"If-Match": f'"{version}"'}
        told = await self._http.post(f"{self._path}/moves", json=order, headers=read)
        assert told.status_code == 200, told.text

    async def sends_a_photo(self, words: str) -> None:
        of = {"Content-Type": "image/png"}
        sent = await self._http.post(f"{self._path}/photos", params={"words": words}, content=PHOTO, headers=of)
        assert sent.status_code == 201, sent.text


@contextlib.asynccontextmanager
async def plumber_with(city: City, number: str) -> AsyncIterator[Plumber]:
    async with Page(city.base) as page:
        assert (await page.sign_in(PLUMBER)).status_code == 200
        yield Plumber(page, number)


async def talked_about(city: City, street: Street, asel: Seat, caller: str, where: str, topic: str) -> dict[str, Any]:
    """He calls, she types the address as she hears it, confirms and tells him the number; they hang up."""
    citizen, _ = await street.talks(asel, caller)
    found = (await asel.does("GET", f"/api/addresses?q={where}"))["addresses"][0]
    address = {"street_id": found["street"]["id"], "house": found["house"], "flat": found["flat"]}
    assert asel.pop
    made = await asel.does("POST", f"/api/calls/{asel.pop['call']}/ticket", {**address, "topic": topic, "note": ""})
    await citizen.hang_up()
    await asel.done()
    return dict(made)


async def ticket_in(head: Seat, number: str, state: str, verified: str) -> dict[str, Any]:
    """Its card, once it is so."""

    async def card() -> dict[str, Any] | None:
        found = await head.does("GET", f"/api/tickets/{number}/card")
        ticket = found["ticket"]
        return found if (ticket["state"], ticket["verified"]) == (state, verified) else None

    return dict(await until(card, 30))


async def test_a_burst_pipe_from_the_call_to_the_verified_repair(city: City) -> None:
    """P8: each is phoned once for each thing; what the citizen says counts, not what was reported."""
    async with city.citizens() as street, city.seated("asel") as asel, city.head() as head, phones(city) as phone:
        phone.presses(MARINA, "21")  # not done, when she is first asked; done, when she is asked again
        made = await talked_about(city, street, asel, MARINA, "летняя 8 кв 40", "leak")
        number = made["number"]
        ticket = await head.does("GET", f"/api/tickets/{number}")
        assert (ticket["state"], ticket["kind"], ticket["organisation"]) == ("assigned", "incident", "vodokanal")
        registered, due = (datetime.fromisoformat(at) for at in (ticket["created_at"], ticket["deadline"]["due_at"]))
        assert (ticket["deadline"]["clock"], due - registered) == ("running", timedelta(hours=8))

        async with plumber_with(city, number) as plumber:
            await plumber.moves("accept")
            await plumber.sends_a_photo("The pit, pumped out")
            await plumber.moves("report", "The joint is clamped")
            await phone.rang(MARINA)
            again = await ticket_in(head, number, "assigned", "no")
            assert again["ticket"]["deadline"]["clock"] == "running", "anew"
            await plumber.moves("accept")
            await plumber.sends_a_photo("The new pipe")
            await plumber.moves("report", "The pipe is replaced")
            await phone.rang(MARINA, 2)
            card = await ticket_in(head, number, "closed", "yes")
        assert (card["ticket"]["answer"], card["ticket"]["deadline"]["clock"]) == ("The pipe is replaced", "met")
        assert [(move["who"], move["move"], move["after"], move["why"]) for move in card["moves"]] == [
            ("asel", "register", "registered", ""),
            ("kezek", "assign", "assigned", ""),
            (PLUMBER, "accept", "accepted", ""),
            (PLUMBER, "report", "reported", "The joint is clamped"),
            ("citizen", "reopen", "assigned", "not done, says the citizen"),
            (PLUMBER, "accept", "accepted", ""),
            (PLUMBER, "report", "reported", "The pipe is replaced"),
            ("citizen", "verify", "closed", ""),
        ]
        assert [photo["words"] for photo in card["photos"]] == ["The pit, pumped out", "The new pipe"]
        row = await city.row(head, lambda row: row["ticket"] == number and row["end"])
        assert (row["end"], row["caller"]) == ("answered", MARINA)
        assert phone.rung.count(MARINA) == 2


async def test_a_planned_work_is_announced_to_the_third_caller_and_closed_with_callbacks(city: City) -> None:
    """P8, P18: who calls after it was entered hears it at once, in his language; each household is told once."""
    for language, hertz in (("kk", KAZAKH), ("ru", RUSSIAN)):
        say(city.settings.home / "prompts" / language / "outage_planned.wav", hertz)
    async with city.citizens() as street, city.head() as head, phones(city) as phone:
        async with city.seated("asel") as asel:
            first = await talked_about(city, street, asel, MARINA, "летняя 8 кв 40", "cold_water")
            second = await talked_about(city, street, asel, OLEG, "летня 9", "cold_water")
        outage = await entered(head, first["street_id"])
        path = f"/api/outages/{outage['id']}"
        for made in (first, second):
            offered = (await head.does("GET", f"/api/tickets/{made['number']}/card"))["outages"]
            assert [one["id"] for one in offered] == [outage["id"]]
            await head.does("PUT", f"/api/tickets/{made['number']}/outage", {"outage_id": outage["id"]})

        for caller, token, hertz in (
            (ASEM, "third", KAZAKH),
            (ASEM, "fourth", KAZAKH),
            (HER_OTHER_PHONE, "fifth", RUSSIAN),
        ):
            citizen = await hears_of_the_outage(city, street, caller, token)
            await until(lambda call=citizen, hertz=hertz: was_heard(call, hertz), 15)
            citizen.press("1")
            assert (await city.told(token, "informed"))["tell"] is True
            await citizen.ended()
        ties = (await head.does("GET", f"{path}/ties"))["ties"]
        assert {tie["phone"]: (tie["calls"], tie["tell"]) for tie in ties} == {
            ASEM: (2, True),
            HER_OTHER_PHONE: (1, True),
        }
        published = (await head.does("GET", "/api/notices.json"))["notices"]
        assert [(one["id"], one["state"], one["level"]) for one in published] == [(outage["id"], "now", 3)]

        closed = await head.does("POST", f"{path}/close", {})
        assert (closed["notices"], closed["tickets"]) == (3, 2), "Marina's two telephones are one household"
        assert (await head.does("POST", f"{path}/close", {}))["notices"] == 0
        for made in (first, second):
            await ticket_in(head, made["number"], "closed", "yes")
        await told_each_once(phone)
        over = await head.does("GET", path)
        assert (over["state"], over["still_out"]) == ("restored", 0)
        for caller in (ASEM, HER_OTHER_PHONE):
            row = await city.row(head, lambda row, caller=caller: row["caller"] == caller and row["end"])
            assert (row["end"], row["legs"]) == ("informed", []), "no operator's telephone rang for them"


async def entered(head: Seat, summer_street: int) -> dict[str, Any]:
    """What the waterworks had forgotten to tell: Summer street and Monday street 8 are without water."""
    monday = (await head.does("GET", "/api/addresses?q=понедельничная 8"))["addresses"][0]
    now = datetime.now(UTC)
    order = {
        "level": 3,
        "topic": "cold_water",
        "cause": "planned_work",
        "organisation": "vodokanal",
        "areas": [
            {"scope": "street", "street_id": summer_street},
            {"scope": "building", "building_id": monday["building_id"]},
        ],
        "starts_at": (now - timedelta(hours=2)).isoformat(),
        "expected_at": (now + timedelta(hours=5)).isoformat(),
    }
    return dict(await head.does("POST", "/api/outages", order))


def was_heard(call: SipCall, hertz: float) -> bool:
    """In the last 5 s of this call."""
    samples = heard(call, 250)
    return any(strength(samples[at : at + WINDOW], hertz) > 0.5 for at in range(0, len(samples), WINDOW))


async def told_each_once(phone: Phones) -> None:
    await phone.rang(ASEM)
    citizens = [number for number in phone.rung if number in (MARINA, HER_OTHER_PHONE, OLEG, ASEM)]
    assert len(citizens) == 3
    assert {OLEG, ASEM} < set(citizens)


def say(path: Path, hertz: float) -> None:
    """A prompt that is known by its pitch."""
    path.unlink()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(tone(hertz, 1.0))
