"""The register's doors alone: the real application over a real register of either dialect, and people at the door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx

from kezek_api.app import build
from kezek_api.auth import Session
from kezek_api.errors import NotSignedIn
from kezek_api.limits import Places
from kezek_api.published import Published
from kezek_api.storm.rules import DetectionRules
from kezek_register import Register, Staff, checklists, emergency, street_name
from kezek_register.duty_types import Organisation
from kezek_register.emergency import LANGUAGES
from kezek_register.sample import FOLDER

OPERATOR = Staff("aigul", "Айгүл", "operator", "201", "ru", ("hotline",), {})
SECOND_LINE = Staff("saule", "Сәуле", "operator", "203", "ru", ("hotline",), {}, second_line=True)
MANAGER = Staff("dana", "Дана", "manager", "", "ru", (), {})
PLUMBER = Staff("erlan", "Ерлан", "executor", "", "ru", (), {})
ELECTRICIAN = Staff("olena", "Олена", "executor", "", "uk", (), {})

WATERWORKS = Organisation(
    0, "waterworks", {"kk": "Су арнасы", "ru": "Водоканал", "uk": "Водоканал", "en": "Waterworks"}
)
POWER = Organisation(0, "power", {"kk": "Жарық", "ru": "Электросети", "uk": "Електромережі", "en": "Power"})


@dataclass
class Town:
    """The sample town with two organisations, a rule of who answers for its pipes, and people of each role."""

    register: Register
    waterworks: Organisation
    power: Organisation
    folder: Path

    @asynccontextmanager
    async def at_the_door(self, login: str) -> AsyncIterator[httpx.AsyncClient]:
        """A client signed in as that one; '' is nobody."""
        transport = httpx.ASGITransport(app=build(self.doors()))
        cookies = {"kezek_session": login} if login else {}
        async with httpx.AsyncClient(transport=transport, base_url="http://kezek.test", cookies=cookies) as client:
            yield client

    def doors(self) -> Any:
        return SimpleNamespace(
            auth=_AnyCookie(self.people()),
            register=self.register,
            street_name=self._street_name,
            photos=Places(4),
            checklists=checklists.load(),
            services=emergency.load(),
            published=Published(keep_s=0),
            rules=SimpleNamespace(detection=DetectionRules()),
            settings=SimpleNamespace(
                origins=(), photos_folder=self.folder, zone=UTC, languages=LANGUAGES, default_language="kk"
            ),
        )

    def people(self) -> dict[str, Staff]:
        everybody = (
            OPERATOR,
            SECOND_LINE,
            MANAGER,
            replace(PLUMBER, organisation_id=self.waterworks.id),
            replace(ELECTRICIAN, organisation_id=self.power.id),
        )
        return {one.login: one for one in everybody}

    async def learn(self) -> None:
        self._streets = {street.id: street for street in await self.register.addresses.streets()}
        self.street_id = next(id for id, one in self._streets.items() if one.names.get("ru") == "Летняя")

    def _street_name(self, street_id: int, language: str) -> str:
        street = self._streets.get(street_id)
        return street_name(street, language) if street else ""


class _AnyCookie:
    """Whoever says a login in the cookie is that one."""

    def __init__(self, people: dict[str, Staff]) -> None:
        self._people = people

    async def who(self, token: str | None) -> Session:
        if token not in self._people:
            raise NotSignedIn("Sign in first")
        return Session(id="", staff=self._people[token])


async def settle(register: Register, folder: Path) -> Town:
    """The town in a migrated, empty register: the sample's places and topics, and two organisations of our own."""
    await register.addresses.import_streets(FOLDER / "streets.csv")
    await register.addresses.import_buildings(FOLDER / "buildings.csv")
    await register.addresses.import_households(FOLDER / "households.csv")
    await register.asset_kinds.import_asset_kinds(FOLDER / "asset_kinds.csv")
    await register.topics.import_topics(FOLDER / "topics.csv")
    waterworks = await register.organisations.add(WATERWORKS)
    power = await register.organisations.add(POWER)
    town = Town(register, waterworks, power, folder)
    for person in town.people().values():
        await register.staff.add(person)
    await town.learn()
    return town


async def assigned_to(town: Town, organisation: str) -> str:
    """The number of a ticket that this organisation has; '' is nobody."""
    draft = {
        "caller": "+77009990111",
        "requester": "Марина Примерова",
        "language": "kk",
        "street_id": town.street_id,
        "house": "8",
        "flat": "12",
        "topic": "heating",
        "words": "Батареи холодные",
    }
    async with town.at_the_door("saule") as second_line:
        number = str((await second_line.post("/api/tickets", json=draft)).json()["number"])
        if organisation:
            order = {"move": "assign", "organisation": organisation, "why": "Theirs"}
            told = await second_line.post(f"/api/tickets/{number}/moves", json=order, headers={"If-Match": "*"})
            assert told.status_code == 200, told.text
    return number
