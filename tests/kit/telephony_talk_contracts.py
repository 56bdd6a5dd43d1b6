"""What can be done in a talk and outside it: told once, held against the scripted exchange and a real Asterisk."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from kezek_telephony import (
    Answered,
    AsideEnded,
    Connected,
    Held,
    HungUp,
    Line,
    NotReached,
    NotTaken,
    Outside,
    Phone,
    Refused,
    Resumed,
    Ringing,
    Switchboard,
    TalkEnded,
)
from kit.line_contracts import Contract
from kit.line_worlds import LANGUAGE, LIMIT, Caller, World


class Steps:
    """Follows an attempt in a task of its own; what came can be waited for. `failed`: what it raised."""

    def __init__(self, steps: AsyncIterator[Any]) -> None:
        self.seen: list[Any] = []
        self.failed: BaseException | None = None
        self._steps = steps
        self._more = asyncio.Condition()
        self._task = asyncio.ensure_future(self._follow())

    async def _follow(self) -> None:
        try:
            async for step in self._steps:
                self.seen.append(step)
                async with self._more:
                    self._more.notify_all()
        except Exception as failed:  # noqa: BLE001 - a contract looks at it
            self.failed = failed
        async with self._more:
            self._more.notify_all()

    async def until(self, number: int) -> Any:
        """The last one, as soon as there are so many."""
        async with asyncio.timeout(LIMIT), self._more:
            await self._more.wait_for(lambda: len(self.seen) >= number or self._task.done())
        assert len(self.seen) >= number, f"{self.seen} {self.failed!r}"
        return self.seen[number - 1]

    async def all(self) -> list[Any]:
        async with asyncio.timeout(LIMIT):
            await self._task
        if self.failed:
            raise self.failed
        return self.seen

    def close(self) -> None:
        self._task.cancel()


@dataclass
class Talk:
    board: Switchboard
    line: Line
    caller: Caller
    steps: Steps

    def consult(self, phone: str, seconds: int = 20) -> Steps:
        to = Outside(phone) if len(phone) == 3 else Phone(phone)
        return Steps(self.board.consult(self.line, to, seconds=seconds))

    async def asks(self, phone: str) -> Steps:
        """Somebody is asked, and has picked up."""
        aside = self.consult(phone)
        assert await aside.until(2) == Connected()
        return aside

    async def ends(self, *, stays: bool) -> list[Any]:
        """The steps between Connected and the end."""
        *steps, ended = await self.steps.all()
        assert isinstance(ended, TalkEnded)
        assert ended.caller_stays is stays
        assert ended.talk_seconds < LIMIT
        if stays:
            assert not await self.line.play("number/7", language=LANGUAGE)
        else:
            with pytest.raises(HungUp):
                await self.line.digit(60)
        return steps[2:]


@contextlib.asynccontextmanager
async def talking(world: World) -> AsyncIterator[Talk]:
    """A caller and the operator at 1001 hear each other."""
    async with world.phone(answers=True), world.call() as (line, caller):
        await line.music()
        rung = world.board.ring(line, phones=[Phone("1001")], offer=1, seconds=20, still_ours=lambda: True)
        steps = Steps(rung)
        await steps.until(2)
        try:
            yield Talk(world.board, line, caller, steps)
        finally:
            steps.close()


# --- several phones ---------------------------------------------------------------------------------------------------


def _both(world: World, line: Line, seconds: int = 20) -> Steps:
    phones = [Phone("1001"), Phone("1002")]
    return Steps(world.board.ring(line, phones=phones, offer=1, seconds=seconds, still_ours=lambda: True))


async def the_first_of_several_who_picks_up_has_the_caller(world: World) -> None:
    async with (
        world.phone("1001", answers=False),
        world.phone("1002", answers=True, talks=0.3),
        world.call() as (line, _),
    ):
        ringing, connected, ended = await _both(world, line).all()
        assert (ringing, connected) == (Ringing(), Connected("1002"))
        assert ended.caller_stays


async def one_of_several_may_be_away(world: World) -> None:
    async with world.phone("1002", answers=True, talks=0.3), world.call() as (line, _):
        assert (await _both(world, line).all())[:2] == [Ringing(), Connected("1002")]


async def several_who_are_away_are_unreachable(world: World) -> None:
    async with world.call() as (line, _):
        assert await _both(world, line).all() == [NotTaken("unreachable")]


async def several_who_do_not_pick_up_give_the_caller_back(world: World) -> None:
    async with world.phone("1001", answers=False), world.phone("1002", answers=False), world.call() as (line, _):
        assert await _both(world, line, seconds=1).all() == [Ringing(), NotTaken("no_answer")]


async def one_of_several_stops_ringing_and_the_others_go_on(world: World) -> None:
    async with world.phone("1001", answers=False), world.phone("1002", answers=False), world.call() as (line, _):
        steps = _both(world, line)
        await steps.until(1)
        await world.board.stop_ringing(line, phone="1001")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await steps.until(2)
        await world.board.stop_ringing(line, phone="1002")
        assert await steps.all() == [Ringing(), NotTaken("declined")]


# --- release, hold ----------------------------------------------------------------------------------------------------


async def a_caller_is_released_into_our_hands(world: World) -> None:
    async with talking(world) as talk:
        await talk.board.release(talk.line)
        assert await talk.ends(stays=True) == []


async def a_caller_on_hold_hears_music_until_he_is_resumed(world: World) -> None:
    async with talking(world) as talk:
        await talk.board.hold(talk.line)
        await talk.board.hold(talk.line)
        assert await talk.steps.until(3) == Held()
        await talk.caller.hears()
        await talk.board.resume(talk.line)
        await talk.board.resume(talk.line)
        assert await talk.steps.until(4) == Resumed()
        await world.hangs_up("1001")
        assert await talk.ends(stays=True) == [Held(), Resumed()]


async def an_operator_who_leaves_a_held_caller_ends_the_talk(world: World) -> None:
    async with talking(world) as talk:
        await talk.board.hold(talk.line)
        await world.hangs_up("1001")
        assert await talk.ends(stays=True) == [Held()]


async def a_held_caller_is_released(world: World) -> None:
    async with talking(world) as talk:
        await talk.board.hold(talk.line)
        await talk.board.release(talk.line)
        assert await talk.ends(stays=True) == [Held()]


async def a_caller_who_leaves_while_held_has_had_the_talk(world: World) -> None:
    async with talking(world) as talk:
        await talk.board.hold(talk.line)
        await talk.caller.hang_up()
        assert await talk.ends(stays=False) == [Held()]


async def without_a_talk_there_is_nothing_to_handle(world: World) -> None:
    async with world.call() as (line, _):
        board = world.board
        for verb in (board.release, board.hold, board.resume, board.join, board.hand_over, board.retrieve):
            with pytest.raises(Refused):
                await verb(line)
        with pytest.raises(Refused):
            await anext(board.consult(line, Phone("1002"), seconds=5))


# --- consultation -----------------------------------------------------------------------------------------------------


async def one_who_is_asked_is_retrieved_from(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        with pytest.raises(Refused):
            await talk.board.hold(talk.line)
        await talk.board.retrieve(talk.line)
        assert await aside.all() == [Ringing(), Connected(), AsideEnded("retrieved")]
        await world.hangs_up("1001")
        assert await talk.ends(stays=True) == []


async def one_who_only_rings_is_retrieved_from(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=False):
        aside = talk.consult("1002")
        await aside.until(1)
        with pytest.raises(Refused):
            await talk.board.join(talk.line)
        await talk.board.retrieve(talk.line)
        assert await aside.all() == [Ringing(), AsideEnded("retrieved")]
        await talk.board.release(talk.line)
        assert await talk.ends(stays=True) == []


async def the_caller_is_handed_over_and_belongs_to_the_other_one(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await talk.board.hand_over(talk.line)
        assert (await aside.all())[-1] == AsideEnded("handed_over")
        await talk.board.hold(talk.line)
        await talk.board.resume(talk.line)
        await talk.steps.until(4)
        await world.hangs_up("1002")
        assert await talk.ends(stays=True) == [Held(), Resumed()]


async def one_to_whom_the_caller_was_handed_may_ask_in_turn(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        await talk.asks("1002")
        await talk.board.hand_over(talk.line)
        aside = await talk.asks("1001")
        await talk.board.retrieve(talk.line)
        assert (await aside.all())[-1] == AsideEnded("retrieved")
        await talk.board.release(talk.line)
        assert await talk.ends(stays=True) == []


async def in_a_conference_the_one_who_was_asked_may_leave(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await talk.board.join(talk.line)
        await world.hangs_up("1002")
        assert (await aside.all())[-1] == AsideEnded("left")
        await world.hangs_up("1001")
        assert await talk.ends(stays=True) == []


async def in_a_conference_the_operator_may_leave(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await talk.board.join(talk.line)
        await world.hangs_up("1001")
        assert (await aside.all())[-1] == AsideEnded("handed_over")
        await world.hangs_up("1002")
        assert await talk.ends(stays=True) == []


async def a_conference_is_released(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await talk.board.join(talk.line)
        await talk.board.release(talk.line)
        assert await talk.ends(stays=True) == []
        assert (await aside.all())[-1] == AsideEnded("operator_left")


async def a_caller_who_leaves_a_conference_ends_it(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await talk.board.join(talk.line)
        await talk.caller.hang_up()
        assert await talk.ends(stays=False) == []
        with pytest.raises(HungUp):
            await aside.all()


async def one_who_is_asked_and_hangs_up_leaves_the_talk_as_it_was(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await world.hangs_up("1002")
        assert (await aside.all())[-1] == AsideEnded("left")
        await talk.board.hold(talk.line)
        assert await talk.steps.until(3) == Held()
        await talk.caller.hang_up()
        assert await talk.ends(stays=False) == [Held()]


async def an_operator_who_leaves_while_he_asks_gives_the_caller_back(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await world.hangs_up("1001")
        assert (await aside.all())[-1] == AsideEnded("operator_left")
        assert await talk.ends(stays=True) == []


async def a_caller_who_leaves_while_somebody_is_asked_is_gone(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        aside = await talk.asks("1002")
        await talk.caller.hang_up()
        assert await talk.ends(stays=False) == []
        with pytest.raises(HungUp):
            await aside.all()


async def one_who_does_not_pick_up_leaves_the_talk_as_it_was(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=False):
        assert await talk.consult("1003").all() == [NotTaken("unreachable")]
        assert await talk.consult("1002", seconds=1).all() == [Ringing(), NotTaken("no_answer")]
        await talk.board.release(talk.line)
        assert await talk.ends(stays=True) == []


async def a_held_caller_is_held_until_he_hears_the_operator_again(world: World) -> None:
    async with talking(world) as talk, world.phone("1002", answers=True):
        await talk.board.hold(talk.line)
        await talk.asks("1002")
        await talk.board.retrieve(talk.line)
        assert await talk.steps.until(4) == Resumed()
        await talk.board.release(talk.line)
        assert await talk.ends(stays=True) == [Held(), Resumed()]


async def somebody_outside_is_asked_and_given_the_caller(world: World) -> None:
    async with talking(world) as talk, world.outside(answers=True) as number:
        aside = await talk.asks(number)
        with pytest.raises(Refused):
            await anext(talk.board.consult(talk.line, Phone("1002"), seconds=5))
        await talk.board.hand_over(talk.line)
        assert (await aside.all())[-1] == AsideEnded("handed_over")
        await talk.caller.hang_up()
        assert await talk.ends(stays=False) == []


# --- outside ----------------------------------------------------------------------------------------------------------


async def a_caller_is_diverted_outside_and_comes_back(world: World) -> None:
    async with world.outside(answers=True, talks=0.3) as number, world.call() as (line, _):
        await line.music()
        ringing, connected, ended = await Steps(world.board.divert(line, Outside(number), seconds=20)).all()
        assert (ringing, connected) == (Ringing(), Connected())
        assert ended.caller_stays
        assert not await line.play("number/7", language=LANGUAGE)


async def a_diversion_that_nobody_answers_gives_the_caller_back(world: World) -> None:
    async with world.outside(answers=False) as number, world.call() as (line, caller):
        steps = await Steps(world.board.divert(line, Outside(number), seconds=1)).all()
        assert steps == [Ringing(), NotTaken("no_answer")]
        await caller.hears()


def _dial(world: World, call: str, number: str, seconds: int = 20) -> Steps:
    return Steps(world.board.dial(call, Outside(number), since=1_800_000_000.5, language="kk", seconds=seconds))


async def a_citizen_who_is_dialled_comes_in_as_a_line(world: World) -> None:
    """P8."""
    async with world.outside(answers=True) as number:
        assert await world.board.dialled("back-1") is False
        assert await _dial(world, "back-1", number).all() == [Ringing(), Answered()]
        line = await world.dialled_line()
        arrival = line.arrival
        assert (arrival.call, arrival.callback, arrival.resumed) == ("back-1", True, False)
        assert (arrival.caller, arrival.since, arrival.language) == (number, 1_800_000_000.5, "kk")
        assert await world.board.dialled("back-1") is True
        with pytest.raises(Refused):
            await _dial(world, "back-1", number).all()


async def a_citizen_who_does_not_answer_is_not_reached(world: World) -> None:
    async with world.outside(answers=False) as number:
        assert await _dial(world, "back-2", number, seconds=1).all() == [Ringing(), NotReached("no_answer")]
        assert await world.board.dialled("back-2") is False


async def a_citizen_is_dialled_once_at_a_time_and_may_be_left_alone(world: World) -> None:
    """P8."""
    async with world.outside(answers=False) as number:
        first = _dial(world, "back-3", number)
        await first.until(1)
        with pytest.raises(Refused):
            await _dial(world, "back-3", number).all()
        assert await world.board.dialled("back-3") is True
        await world.board.cancel_dial("back-3")
        assert await first.all() == [Ringing(), NotReached("no_answer")]
        await world.board.cancel_dial("back-3")


# --- supervision ------------------------------------------------------------------------------------------------------


async def a_talk_is_supervised_by_one_leg_for_each_phone(world: World) -> None:
    async with talking(world) as talk, world.phone("1003", answers=True):
        call, supervisor = talk.line.arrival.call, Phone("1003")
        leg = await talk.board.supervise(call, "1001", phone=supervisor, mode="listen")
        assert await talk.board.supervise(call, "1001", phone=supervisor, mode="whisper") == leg
        await talk.board.stop_supervising(leg)
        await talk.board.stop_supervising(leg)
        for operator, phone in (("1002", supervisor), ("1001", Phone("1002"))):
            with pytest.raises(Refused):
                await talk.board.supervise(call, operator, phone=phone, mode="listen")


CONTRACTS: list[Contract] = [
    contract
    for name, contract in list(globals().items())
    if asyncio.iscoroutinefunction(contract) and not name.startswith("_")
]
