"""Whom a rung brings to the line, and takes back: over the register in SQLite and the model of the line."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, time
from pathlib import Path

import pytest

from kezek_api.ladder.crew import Crew, called_in
from kezek_api.ladder.service import Ladder
from kezek_api.rules import read
from kezek_queue import ModelQueues
from kezek_queue.ladder.types import RungName
from kezek_register import Register
from kit.api import site, town, valkey  # noqa: F401 - fixtures

# ruff: noqa: F811 - a fixture is asked for by its name

RULES = {
    "ladder": {"elevated": {"second_line": ["hotline"]}, "overload": {"call_in": ["storm"]}},
    "call_in": {
        "storm": {
            "enough": 1,
            "at_once": 1,
            "people": [{"number": "101", "login": "aigul"}, {"number": "102"}, {"number": "103"}, {"number": "104"}],
        }
    },
}


@pytest.fixture
async def register(tmp_path: Path, town: Path) -> AsyncIterator[Register]:
    shutil.copyfile(town, tmp_path / "kezek.sqlite")
    async with Register.open(f"sqlite+aiosqlite:///{tmp_path / 'kezek.sqlite'}") as register:
        yield register


class Site:
    def __init__(self, register: Register) -> None:
        self.queues = ModelQueues()
        self.register = register
        self.ladder = Ladder(read(RULES, ("hotline",)).ladder, lambda: None)
        never = (time(0), time(0))
        self.crew = Crew(self.ladder, register, node="one", zone=UTC, quiet=never)

    async def comes(self, login: str, *queues: str) -> None:
        await self.queues.sign_in(login, phone="201", queues=queues, desk=False)

    async def moves(self, name: RungName) -> None:
        self.ladder.know(await self.queues.set_rung(name, by="dana", n=(await self.queues.rung()).n))
        await self.crew.once(self.queues)

    async def joined(self, login: str) -> tuple[str, ...]:
        return (await self.queues.operator(login)).joined

    async def asked(self) -> list[tuple[str, str]]:
        return [(one.address, one.state) for one in await self.register.notices.of("ladder:0")]


async def test_the_second_line_joins_and_leaves_what_it_joined_by_the_ladder_alone(register: Register) -> None:
    here = Site(register)
    await here.comes("saule", "second")
    await here.comes("aigul", "hotline")
    await here.queues.join("saule", ["water"])
    await here.moves("elevated")
    assert await here.joined("saule") == ("water", "hotline")
    assert await here.joined("aigul") == ()
    await here.moves("normal")
    assert await here.joined("saule") == ("water",)
    assert await register.ladder.joins() == {}


async def test_whoever_leaves_by_his_own_word_or_signs_out_is_not_kept(register: Register) -> None:
    """The operator's own last command wins; at his next sign-in the rung asks for him again."""
    here = Site(register)
    await here.comes("saule", "second")
    await here.moves("elevated")
    await here.queues.join("saule", [])
    await here.crew.once(here.queues)
    assert await here.joined("saule") == ()
    await here.queues.sign_out("saule")
    await here.crew.once(here.queues)
    assert await register.ladder.joins() == {}
    await here.comes("saule", "second")
    await here.crew.once(here.queues)
    assert await here.joined("saule") == ("hotline",)


async def test_a_node_that_takes_over_takes_back_what_another_one_did(register: Register) -> None:
    first = Site(register)
    await first.comes("saule", "second")
    await first.moves("elevated")
    second = Site(register)
    second.queues = first.queues
    await second.moves("normal")
    assert await first.joined("saule") == ()


async def test_people_off_shift_are_called_one_after_another_until_enough_have_agreed(register: Register) -> None:
    """Who is at work is not asked; who cannot come makes room for the next one; each is asked once in a storm."""
    here = Site(register)
    await here.comes("aigul", "hotline")
    await here.moves("overload")
    assert await here.asked() == [("102", "pending")]
    await here.crew.once(here.queues)
    assert await here.asked() == [("102", "pending")], "one at a time"
    (notice,) = await register.notices.claim("one", ["call"], 9)
    await register.notices.settle(notice.key, "sent", "2")
    await here.crew.once(here.queues)
    assert await here.asked() == [("102", "sent"), ("103", "pending")]
    await here.moves("elevated")
    assert await here.asked() == [("102", "sent"), ("103", "dropped")], "no longer needed"
    await here.moves("overload")
    (notice,) = await register.notices.claim("one", ["call"], 9)
    assert notice.address == "104"
    await register.notices.settle(notice.key, "sent", "1")
    await here.crew.once(here.queues)
    assert len(await here.asked()) == 3, "enough have agreed"
    assert [one.state for one in await called_in(register)] == ["failed", "dropped", "agreed"]
