"""A storm, as a chronicle: the ladder climbs by what the line measures, callers get what each rung gives, and it comes
down again, one rung at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC

from kezek_api.ladder.rules import LadderTable, ladder_rules
from kezek_api.ladder.service import Ladder
from kezek_api.waits import Waits
from kezek_api.wallboard import Board
from kezek_queue.types import Kind
from kit.ivr_world import World
from kit.scripted_line import Phone, ScriptedLine, during, in_virtual_time, press
from kit.virtual_time import EPOCH, virtual_now

STRAIGHT, DANGER = during("open", press("0")), during("greeting", press("9"))
RULES = {"elevated": {"arrivals_times_usual": 0}, "overload": {"record": []}}


@asynccontextmanager
async def town() -> AsyncIterator[tuple[World, Ladder]]:
    """Two operators, and all that watches over the line."""
    talk = Phone(answers_after=2, talks=45)
    async with World.open(aigul_201=talk, bolat_202=talk) as world:
        waits = Waits(clock=virtual_now)
        board = Board(service_level_s=20, clock=virtual_now, zone=UTC, waits=waits, rung=lambda: ladder.rung)
        board._after = "0-0"  # the model numbers its events from 1, not by the time
        rules = ladder_rules(LadderTable.model_validate(RULES), {}, {}, ("main",))
        ladder = Ladder(rules, lambda: board.latest, clock=virtual_now)
        world.waits, world.rungs = waits, ladder
        world.settings = replace(world.settings, callbacks=True, callback_from_s=86_400)
        async with asyncio.TaskGroup() as group:
            work = (waits.follow, board.follow, board.draw, ladder.run)
            parts = [group.create_task(part(world.queues)) for part in work]
            yield world, ladder
            for part in parts:
                part.cancel()


@in_virtual_time
async def test_a_storm_up_to_overload_and_back() -> None:
    """P9, P15: nothing flaps, nobody is lost, and who is in danger is on no rung."""
    async with town() as (world, ladder):
        lines: list[ScriptedLine] = []
        in_danger: list[ScriptedLine] = []

        async with asyncio.TaskGroup() as calls:

            def rings(n: int, *cues: object) -> ScriptedLine:
                line = world.call(*cues, language="ru", caller=f"+7701000{n:04}")  # type: ignore[arg-type]
                calls.create_task(world.reception.serve(line))
                return line

            for n in range(4):  # an ordinary quarter of an hour
                lines.append(rings(n, STRAIGHT))
                await asyncio.sleep(180)
            assert ladder.rung.n == 0
            for n in range(4, 34):  # a transformer fails: ten calls a minute
                lines.append(rings(n, STRAIGHT))
                if n == 30:
                    in_danger.append(rings(900, DANGER))
                await asyncio.sleep(6)
        await asyncio.sleep(1800)

        changes = [event for event in world.queues.model.feed if event.kind is Kind.RUNG]
        chronicle = [(round((event.at - EPOCH) / 60), event.data["name"]) for event in changes]
        assert [name for _, name in chronicle] == ["elevated", "overload", "elevated", "normal"], chronicle
        assert {event.data["by"] for event in changes} == {"rule"}
        up, higher, down, calm = changes
        assert up.data["because"].keys() & {"wait_s", "waiting_per_operator"}
        assert higher.data["because"]["over"] in (600, 4)
        assert down.data["because"] == calm.data["because"] == {"calm_s": 300}
        assert calm.at - down.at >= 300 <= down.at - higher.at

        def heard(what: str, first: int, last: int) -> list[bool]:
            return [what in line.heard for line in lines[first:last]]

        assert not any(heard("overload", 0, 4) + heard("callback_offer", 0, 4)), "calm"
        assert all(heard("overload", 30, 34)), "everybody hears first what to expect"
        assert all(heard("callback_offer", 30, 34)), "and is offered a callback at once"
        (danger,) = in_danger
        assert not {"overload", "callback_offer", "neighbour"} & set(danger.heard)
        connected = [call for call, _ in world.events(Kind.CONNECTED)]
        assert connected.index(danger.arrival.call) < connected.index(lines[20].arrival.call)
        assert world.ends() == ["answered"] * 35
        world.nothing_is_left()


@in_virtual_time
async def test_in_a_night_in_which_nobody_calls_it_comes_down_all_the_same() -> None:
    """P15: a picture of the line in which nothing has changed is as new as any other."""
    async with town() as (world, ladder):
        await asyncio.sleep(60)
        await world.queues.set_rung("overload", by="anna", n=ladder.rung.n, why="a storm is coming", held=False)
        await asyncio.sleep(1800)
        moves = [(event.data["name"], event.data["by"]) for event in world.queues.model.feed if event.kind is Kind.RUNG]
        assert moves == [("overload", "anna"), ("elevated", "rule"), ("normal", "rule")]
