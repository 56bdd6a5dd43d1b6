"""A mass outage, whole: SIP calls from one street, one press of a manager, and the next caller hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kezek_register import Register
from kezek_register.sql.tables import BuildingRow, HouseholdRow, PhoneRow
from kit.api import until
from kit.city_phones import informed
from kit.valkey import Valkey
from kit.whole import City, hotline

pytestmark = pytest.mark.timeout(180)

STREET = "Летняя"
CALLERS = 8
AGAIN = 5
ENOUGH, NEXT = 6, 4  # voices that are waited for; who calls next, from among their houses


def number(n: int) -> str:
    return f"+7700888{n:04d}"


async def settle(url: str) -> None:
    """A household with a number in each of the street's houses."""
    async with Register.open(url) as register:
        streets = await register.addresses.streets()
        street = next(one for one in streets if one.names.get("ru") == STREET)
        async with register._database.writing() as session:
            for n in range(CALLERS):
                building = BuildingRow(street_id=street.id, house=str(101 + n), entrances=None, flats=1, people=None)
                session.add(building)
                await session.flush()
                home = HouseholdRow(building_id=building.id, flat="", person="", language="ru")
                session.add(home)
                await session.flush()
                session.add(PhoneRow(phone=number(n), household_id=home.id, position=0))


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory, town: Path, valkey: Valkey) -> AsyncIterator[City]:
    async with hotline(tmp_path_factory.mktemp("city"), town, valkey, "whole-storm") as made:
        await settle(made.settings.sql)
        yield made


async def test_calls_from_one_street_become_an_outage_of_which_the_next_caller_hears(city: City) -> None:
    """P1: no recogniser, no history, no network: the numbers' households are enough. The next caller presses 1 and is
    tied."""
    async with city.citizens() as street, city.head() as head:

        async def calls(n: int) -> None:
            """Who was not known in time, on a busy machine, dials again."""
            for again in range(AGAIN):
                token = f"storm{n}-{again}"
                citizen = await street.dials(caller=number(n), press="", story=token)
                found = (await city.told(token, "known_number"))["known"]
                if found:
                    await city.told(token, "place")
                await citizen.hang_up()
                if found:
                    return

        for n in range(0, CALLERS, 2):
            await asyncio.gather(calls(n), calls(n + 1))

        async def suspected() -> list[dict[str, Any]]:
            found = (await head.does("GET", "/api/suspicions?state=open"))["suspicions"]
            return [one for one in found if one["parties"] >= ENOUGH]

        (found,) = await until(suspected, 30)
        assert found["topic"] == "unknown"
        outage = await head.does("POST", f"/api/suspicions/{found['id']}/confirm", {"topic": "heating"})
        assert (outage["topic"], outage["now"]) == ("heating", True)

        await informed(city, street, number(NEXT), "storm-next")
        ties = (await head.does("GET", f"/api/outages/{outage['id']}/ties"))["ties"]
        assert [(tie["phone"], tie["tell"]) for tie in ties] == [(number(NEXT), True)]
