"""What a follower sees at once never overtakes what still waits to be iterated over."""

from __future__ import annotations

from kezek_queue import FeedEvent, Kind
from kezek_queue.fanout import Fanout


def event(n: int) -> FeedEvent:
    return FeedEvent(f"{n}-0", Kind.PLACED, float(n), "c1", "", "109", {})


async def test_an_event_that_waits_holds_back_the_later_ones() -> None:
    fanout, seen = Fanout(), list[str]()

    def at_once(event: FeedEvent) -> bool:
        seen.append(event.id)
        return event.id != "2-0"

    follower = fanout.open("c1", 10)
    follower.start_after("0-0")
    follower.at_once = at_once
    for n in (1, 2, 3):
        fanout.publish(event(n))
    assert seen == ["1-0", "2-0"]
    assert [(await anext(follower)).id for _ in range(2)] == ["2-0", "3-0"]
    fanout.publish(event(4))
    assert seen[-1] == "4-0"


async def test_what_was_before_the_entering_is_not_shown() -> None:
    fanout, seen = Fanout(), list[str]()
    follower = fanout.open("c1", 10)
    follower.start_after("2-0")
    follower.at_once = lambda event: bool(seen.append(event.id)) or True
    for n in (1, 2, 3):
        fanout.publish(event(n))
    fanout.close("c1", follower)
    assert seen == ["3-0"]


async def test_what_came_while_he_entered_is_passed_over_too() -> None:
    fanout = Fanout()
    follower = fanout.open("c1", 10)
    for n in (1, 2, 3):
        fanout.publish(event(n))
    follower.start_after("2-0")
    assert (await anext(follower)).id == "3-0"
