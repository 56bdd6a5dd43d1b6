"""What may break around a call: recogniser, register, Redis, exchange, our own process. The caller is never lost."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from kezek_ivr.steady import QueueAway
from kezek_ivr.waiting import EndedElsewhere
from kezek_queue.types import End, Kind, OperatorState, Queues
from kezek_telephony.types import LineLost, LinkDown
from kit.ivr_trouble import BrokenQueues, LosingQueues, forget_all_calls
from kit.ivr_world import World
from kit.scripted_line import Cue, Phone, after, during, in_virtual_time, pause, press, say

STRAIGHT = during("greeting", press("0"))


@pytest.mark.parametrize(
    ("trouble", "unheard"),
    [
        ("no_model", "no_model"),
        ("no_phrasebook", "no_model"),
        ("full", "recogniser_full"),
        ("opening", "recogniser_dead"),
        ("at_once", "recogniser_dead"),
        ("mid_word", "recogniser_dead"),
    ],
)
@in_virtual_time
async def test_whatever_is_wrong_with_the_recogniser_the_caller_goes_on_to_an_operator(
    trouble: str, unheard: str
) -> None:
    """P10, P11: a dead or full recogniser delays no call; what was heard until then stands."""
    async with World.open(aigul_201=Phone()) as world:
        match trouble:
            case "no_model":
                world.ears = type(world.ears)("ko")
            case "no_phrasebook":
                world.phrasebooks.clear()
            case "full":
                world.ears.full = True
            case _:
                world.ears.dies = trouble
        line = world.call(after("open", say("Pushkin heating now")), language="ru", caller=None)
        await world.serve(line)
        notes = await world.notes(line)
        assert notes["unheard"] == unheard
        assert world.ends() == ["answered"]
        call = await world.state(line)
        assert call.placed_at - call.since < 10
        if trouble == "mid_word":
            assert [(words["text"], words["final"]) for words in notes["words"]] == [("Pushkin heating", False)]
            assert notes["fields"]["street"]["value"] == "Pushkin"
        world.nothing_is_left()


@in_virtual_time
async def test_no_sound_from_the_caller_still_takes_digits_and_goes_on() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.directory.know("+77010000001")
        line = world.call(after("topic", press("1")), no_sound=True)
        await world.serve(line)
        assert (await world.notes(line))["fields"]["topic"]["value"] == "heating"
        assert world.ends() == ["answered"]


@pytest.mark.parametrize("slow", [0.0, 30.0])
@in_virtual_time
async def test_a_slow_or_dead_register_leaves_fields_unproved_and_delays_nobody(slow: float) -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.directory.know("+77010000001")
        world.directory.slow, world.directory.dead = slow, not slow
        line = world.call(after("press/2", press("2")), after("open", say("Abay house 45 heating")))
        await world.serve(line)
        assert line.heard[-3:] == ["keys", "open", "goodbye"]
        notes = await world.notes(line)
        assert notes["household"] is None
        house = notes["fields"]["house"]
        assert line.arrival.since < house.pop("at") <= (await world.state(line)).placed_at  # type: ignore[misc]
        assert house == {
            "value": "45", "ref": "", "confidence": 0.5, "source": "spoken", "words": "house 45",
        }  # fmt: skip
        assert (await world.state(line)).placed_at - line.arrival.since < 30
        world.nothing_is_left()


@in_virtual_time
async def test_prompts_without_a_file_are_skipped_and_the_call_goes_on() -> None:
    async with World.open(aigul_201=Phone()) as world:
        line = world.call(
            after("street", say("Abay")), language="ru", caller=None, missing={"greeting", "keys", "open", "goodbye"}
        )
        await world.serve(line)
        assert world.ends() == ["answered"]


# --- Redis ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("down_from", [0.0, 1.5, 5.0, 30.0])
@in_virtual_time
async def test_with_redis_away_for_good_the_caller_is_told_and_falls_through_to_the_fallback(down_from: float) -> None:
    async with World.open() as world:
        line = world.call(STRAIGHT if down_from > 5 else during("keys", press("0")), language="ru", caller=None)
        world.redis = cast(Queues, BrokenQueues(world.queues, down_from=down_from))
        began = asyncio.get_running_loop().time()
        with pytest.raises(QueueAway):
            await world.reception.serve(line)
        assert line.heard[-1] == "sorry"
        assert not line.gone
        assert asyncio.get_running_loop().time() - began < down_from + 20
        assert world.ends() == []


@pytest.mark.parametrize("down_from", [0.0, 1.0, 5.0, 20.0])
@in_virtual_time
async def test_redis_away_for_a_moment_is_not_noticed_by_the_caller(down_from: float) -> None:
    async with World.open(aigul_201=Phone(talks=20)) as world:
        world.redis = cast(Queues, BrokenQueues(world.queues, down_from=down_from, down_for=4.0))
        line = world.call(during("keys", press("0")), language="ru", caller=None)
        await world.serve(line)
        assert "sorry" not in line.heard
        assert world.ends() == ["answered"]
        world.nothing_is_left()


@in_virtual_time
async def test_redis_away_at_the_end_of_the_talk_still_gives_the_call_its_end_and_the_operator_the_wrap_up() -> None:
    """P1: no operator stays busy without a call."""
    async with World.open(aigul_201=Phone(answers_after=1, talks=20)) as world:
        world.redis = cast(Queues, BrokenQueues(world.queues, down_from=10, down_for=60))
        line = world.call(STRAIGHT, language="ru", caller=None)
        await world.serve(line)
        assert line.heard[-1] == "goodbye"
        assert world.ends() == ["answered"]
        assert await world.operator("aigul") is OperatorState.WRAP_UP
        world.nothing_is_left()


@pytest.mark.parametrize("away", [5.0, 60.0])
@in_virtual_time
async def test_redis_away_when_he_calls_leaves_nobody_in_silence(away: float) -> None:
    """Music within a second; then the greeting, or an apology and the fallback."""
    async with World.open(aigul_201=Phone()) as world:
        world.redis = cast(Queues, BrokenQueues(world.queues, down_from=0, down_for=away))
        line = world.call(STRAIGHT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(1.5)
        assert line.with_music
        if away > 30:
            with pytest.raises(QueueAway):
                await serving
            assert line.heard == ["sorry"]
        else:
            await serving
            assert line.heard[0] == "greeting"
            assert world.ends() == ["answered"]


@in_virtual_time
async def test_notes_that_cannot_be_written_hold_neither_the_dialogue_nor_the_place() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.redis = cast(Queues, BrokenQueues(world.queues, down_from=0, verbs={"note"}))
        line = world.call(after("open", say("Abay house 45 heating")), language="ru", caller=None)
        await world.serve(line)
        assert world.ends() == ["answered"]
        call = await world.state(line)
        assert call.placed_at - call.since < 10
        world.nothing_is_left()


@in_virtual_time
async def test_with_every_event_lost_the_call_still_finds_its_offer_and_its_end() -> None:
    """P1: events may be dropped; the state decides."""
    async with World.open(aigul_201=Phone(answers_after=1, talks=30)) as world:
        world.redis = cast(Queues, LosingQueues(world.queues))
        lines = [world.call(STRAIGHT, language="ru", caller=None) for _ in range(3)]
        await world.serve(*lines)
        assert world.ends() == ["answered"] * 3
        assert not world.events(Kind.LAPSED)
        world.nothing_is_left()


@in_virtual_time
async def test_a_redis_that_came_back_empty_gives_the_place_back_by_the_time_of_arrival() -> None:
    async with World.open() as world:
        line = world.call(STRAIGHT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(30)
        forget_all_calls(world.queues)
        await asyncio.sleep(10)
        call = await world.state(line)
        assert (call.state, call.since) == ("waiting", line.arrival.since)
        line.leave()
        await serving


@in_virtual_time
async def test_a_call_that_was_ended_behind_our_back_falls_through_instead_of_waiting_for_ever() -> None:
    async with World.open() as world:
        line = world.call(STRAIGHT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(30)
        await world.queues.end(line.arrival.call, End.ABANDONED)
        with pytest.raises(EndedElsewhere):
            await serving


# --- the exchange -----------------------------------------------------------------------------------------------------


@in_virtual_time
async def test_with_the_link_to_the_exchange_down_no_operator_is_blamed_and_the_caller_falls_through() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.board.set_link(False)
        line = world.call(STRAIGHT, language="ru", caller=None)
        with pytest.raises(LinkDown):
            await world.reception.serve(line)
        assert line.heard[-1] == "sorry"
        assert all(o.state is not OperatorState.PAUSED for o in world.queues.model.operators.values())


@pytest.mark.parametrize("away", [30.0, 300.0])
@in_virtual_time
async def test_whom_the_fallback_serves_is_offered_to_nobody_and_comes_back_to_his_place(away: float) -> None:
    """P20: with the exchange's link down and Redis alive, no operator is paused for a caller whom nobody can ring."""
    async with World.open(aigul_201=Phone(talks=20)) as world:
        world.board.set_link(False)
        line = world.call(STRAIGHT, language="ru", caller=None)
        with pytest.raises(LinkDown):
            await world.reception.serve(line)
        assert (await world.state(line)).state == "arrived"
        offered = len(world.events(Kind.OFFERED))
        await asyncio.sleep(away)
        assert len(world.events(Kind.OFFERED)) == offered
        assert world.events(Kind.LAPSED) == []
        paused = [e for e in world.queues.model.feed if e.kind is Kind.OPERATOR and e.data["state"] == "paused"]
        assert [e.data["reason"] for e in paused] == ["signed_in"]

        await world.queues.pause("aigul", "lunch")
        later = world.call(STRAIGHT, language="ru", caller=None)
        waiting = asyncio.create_task(world.reception.serve(later))
        await asyncio.sleep(20)
        world.board.set_link(True)
        again = world.call(call=line.arrival.call, since=line.arrival.since, language="ru", resumed=True, caller=None)
        resumed = asyncio.create_task(world.reception.serve(again))
        await asyncio.sleep(10)
        places = {each.call: each.position for each in (await world.queues.snapshot()).waiting}
        assert places == {line.arrival.call: 1, later.arrival.call: 2}
        await world.queues.ready("aigul")
        await asyncio.gather(waiting, resumed)
        assert world.ends() == ["answered"] * 2
        assert world.events(Kind.LAPSED) == []
        world.nothing_is_left()


@in_virtual_time
async def test_a_caller_taken_out_of_the_line_by_mistake_is_back_in_it_by_himself() -> None:
    """P20: a late word of another node, for whom the caller was the fallback's, costs a moment and no place."""
    async with World.open() as world:
        line = world.call(STRAIGHT, language="ru", caller=None)
        serving = asyncio.create_task(world.reception.serve(line))
        await asyncio.sleep(20)
        await world.queues.leave(line.arrival.call)
        await asyncio.sleep(world.settings.poll_s + 1)
        call = await world.state(line)
        assert (call.state, call.since) == ("waiting", line.arrival.since)
        line.leave()
        await serving


@in_virtual_time
async def test_a_link_that_is_down_for_a_moment_delays_the_ring_and_nothing_else() -> None:
    async with World.open(aigul_201=Phone()) as world:
        world.board.set_link(False)
        asyncio.get_running_loop().call_later(5, world.board.set_link, True)
        line = world.call(STRAIGHT, language="ru", caller=None)
        await world.serve(line)
        assert world.ends() == ["answered"]
        world.nothing_is_left()


@pytest.mark.parametrize("cue", [during("open", pause(0.1)), after("operator", pause(3))])
@in_virtual_time
async def test_a_line_taken_by_somebody_else_is_left_alone_with_its_place(cue: Cue) -> None:
    async with World.open() as world:
        line = world.call(after("street", press("0")), language="ru", caller=None)
        asyncio.get_running_loop().call_later(20, line.leave, "lost")
        with pytest.raises(LineLost):
            await world.reception.serve(line)
        assert world.ends() == []
