"""What callers hear before anything else: the rung's words, everybody's bulletins, and those of their own place."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

import pytest

from kezek_ivr.ports import Bulletins, Concerned, ToldFirst
from kezek_queue.ladder.types import RungRules
from kit.citizens import Slow
from kit.ivr_world import World
from kit.overload_town import TownRungs
from kit.scripted_line import Phone, after, during, in_virtual_time, press, say


class TownShelf(Slow, Bulletins):
    """`by_pack`: '' is everybody's; `at`: (street id, house) -> those of that place."""

    def __init__(self) -> None:
        super().__init__()
        self.by_pack: dict[str, list[ToldFirst]] = {}
        self.at: dict[tuple[int, str], list[ToldFirst]] = {}

    async def first(self, language: str, packs: Collection[str]) -> Sequence[ToldFirst]:
        await self.answer()
        return [one for pack in ("", *packs) for one in self.by_pack.get(pack, [])]

    async def of_place(self, who: Concerned, language: str) -> Sequence[ToldFirst]:
        await self.answer()
        return self.at.get((who.street_id or 0, who.house), [])


def city(world: World) -> TownShelf:
    shelf = TownShelf()
    shelf.by_pack[""] = [ToldFirst(1, "bulletin/1-1", "ru")]
    shelf.by_pack["curfew"] = [ToldFirst(2, "bulletin/2-1", "kk")]
    shelf.at[1, "45"] = [ToldFirst(3, "bulletin/3-1", "ru")]
    world.bulletins = shelf
    world.rungs = TownRungs(RungRules(first=("overload",), packs=("curfew",)))
    world.directory.know("+77010000001", language="ru")
    return shelf


@in_virtual_time
async def test_the_rung_s_words_then_everybody_s_then_those_of_his_house() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        city(world)
        line = world.call(after("open", say("no heating")))
        await world.serve(line)
        heard = line.heard
        assert heard[heard.index("overload") :][:4] == ["overload", "bulletin/1-1", "bulletin/2-1", "bulletin/3-1"]
        assert heard.index("bulletin/3-1") < heard.index("open")
        assert heard.count("bulletin/3-1") == 1, "once, though his place is looked at again after the questions"
        assert world.ends() == ["answered"]
        world.nothing_is_left()


@in_virtual_time
@pytest.mark.parametrize(("key", "priority"), [("9", 9), ("0", 0)])
async def test_a_digit_ends_it_at_once(key: str, priority: int) -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        city(world)
        line = world.call(during("overload", press(key)))
        await world.serve(line)
        assert "bulletin/1-1" not in line.heard
        assert "bulletin/3-1" not in line.heard
        assert (await world.state(line)).priority == priority
        assert world.ends() == ["answered"]


@in_virtual_time
async def test_an_emergency_hears_none_of_it() -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        city(world)
        line = world.call(during("greeting", press("9")))
        await world.serve(line)
        assert not {"overload", "bulletin/1-1", "bulletin/3-1"} & set(line.heard)


@in_virtual_time
@pytest.mark.parametrize("how", ["dead", "slow"])
async def test_a_shelf_that_does_not_answer_delays_nobody(how: str) -> None:
    async with World.open(aigul_201=Phone(talks=5)) as world:
        shelf = city(world)
        shelf.dead, shelf.slow = how == "dead", 60.0 if how == "slow" else 0.01
        began = asyncio.get_running_loop().time()
        line = world.call(after("open", press("0")))
        await world.serve(line)
        assert asyncio.get_running_loop().time() - began < 60
        assert "bulletin/1-1" not in line.heard
        assert world.ends() == ["answered"]
