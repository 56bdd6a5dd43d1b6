"""A caller is given to an emergency service, which is told first whom it gets; what came of it is written down."""

from __future__ import annotations

import asyncio

import pytest

from kit.citizens import TownServices
from kit.ivr_talk import talking, world_of
from kit.scripted_line import NEVER, Phone, in_virtual_time


@in_virtual_time
async def test_the_service_is_told_what_it_is_about_and_the_outcome_is_written() -> None:
    async with world_of() as world:
        services = world.emergencies = TownServices("102")
        world.board.outside["102"] = Phone(answers_after=3, talks=60)
        async with talking(world) as (line, desk):
            await desk.command("transfer", number="102")
            await asyncio.sleep(90)
        assert world.board.said == [("102", "handed_over", "kk")]
        assert services.handed == [(line.arrival.call, "102", "")]
        assert services.outcomes == {1: "connected, 60 s"}


@in_virtual_time
async def test_nobody_there_is_an_outcome_too_and_the_caller_is_back_in_the_line() -> None:
    async with world_of() as world:
        services = world.emergencies = TownServices("102")
        world.board.outside["102"] = Phone(answers_after=NEVER)
        async with talking(world) as (line, desk):
            await desk.command("transfer", number="102")
            await asyncio.sleep(60)
            assert services.outcomes == {1: "not connected: no_answer"}
            assert line.ended_by == ""


@in_virtual_time
async def test_a_number_that_is_no_service_is_told_nothing() -> None:
    async with world_of() as world:
        services = world.emergencies = TownServices("102")
        world.board.outside["150"] = Phone(answers_after=3, talks=20)
        async with talking(world) as (_, desk):
            await desk.command("transfer", number="150")
            await asyncio.sleep(60)
        assert (services.handed, world.board.said) == ([], [])


@pytest.mark.parametrize("trouble", ["slow", "dead"])
@in_virtual_time
async def test_a_register_that_is_slow_or_dead_keeps_nobody_from_the_service(trouble: str) -> None:
    async with world_of() as world:
        services = world.emergencies = TownServices("102")
        services.dead, services.slow = trouble == "dead", 0.01 if trouble == "dead" else 60.0
        world.board.outside["102"] = Phone(answers_after=3, talks=60)
        async with talking(world) as (line, desk):
            await desk.command("transfer", number="102")
            await asyncio.sleep(8)
            assert world.board.talks[line.arrival.call].parties == ["102"]
