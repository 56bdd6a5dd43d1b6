"""KPIs out of the feed's events: stories with known figures, and the accounting identity for any feed."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from kezek_queue import End, FeedEvent, Kind
from kezek_queue.figures import Book, By, CallFacts, Figures, Spell, Story
from kit.figures_day import made_up

DAY = 86_400.0
QUARTERS = [DAY + 900.0 * n for n in range(14)]


def book_of(
    events: list[FeedEvent], *, by: By = "all", now: float = 0.0, edges: list[float] = QUARTERS
) -> list[Figures]:
    book = Book(edges, by=by)
    story = Story(watch=book.add, spent=book.spend)
    for event in events:
        story.see(event)
    return book.figures(now=now, spells=story.open_spells(now) if now else ())


def event(what: Kind, at: float, call: str = "c", operator: str = "", queue: str = "109", **data: object) -> FeedEvent:
    return FeedEvent("", what, DAY + at, call, operator, "" if what is Kind.OPERATOR else queue, data)


def one(events: list[FeedEvent], **more: float) -> Figures:
    return book_of(events, edges=[DAY, 2 * DAY], **more)[0]  # type: ignore[arg-type]


def talk(
    call: str, offer: int, operator: str, began: float, ended: float, *, queue: str = "109", how: str = "finished"
) -> list[FeedEvent]:
    return [
        event(Kind.CONNECTED, began, call, operator, queue, offer=offer),
        event(Kind.FINISHED, ended, call, operator, queue, offer=offer, how=how),
        event(Kind.OPERATOR, ended, "", operator, state="wrap_up"),
        event(Kind.OPERATOR, ended + 10, "", operator, state="ready"),
    ]


def test_a_call_is_one_call_through_transfers_and_its_legs_are_the_operators() -> None:
    """P5: transferred twice over, counted once; each operator has his own part of it."""
    events = [
        event(Kind.ARRIVED, 0, since=DAY),
        event(Kind.PLACED, 10),
        *talk("c", 1, "aigul", 40, 100, how="transferred"),
        event(Kind.TRANSFERRED, 100, "c", "aigul", offer=1),
        event(Kind.PLACED, 100, queue="water"),
        *talk("c", 2, "bolat", 130, 200, queue="water"),
        event(Kind.ENDED, 200, end="answered"),
    ]
    whole = one(events)
    assert (whole.offered, whole.answered, whole.in_progress, whole.transferred) == (1, 1, 0, 1)
    assert (whole.asa_s, whole.longest_wait_s) == (30.0, 30.0), "from the place to the first talk"
    assert (whole.talk_s, whole.wrap_up_s, whole.aht_s) == (130.0, 10.0 + 10.0, 150.0)
    by_queue = book_of(events, by="queue", edges=[DAY, 2 * DAY])
    assert [(row.queue, row.offered) for row in by_queue] == [("109", 1)], "where it was first answered"
    by_operator = book_of(events, by="operator", edges=[DAY, 2 * DAY])
    assert [(row.operator, row.offered, row.talk_s, row.transferred) for row in by_operator] == [
        ("aigul", 1, 60.0, 1),
        ("bolat", 1, 70.0, 0),
    ]


def test_holds_helpers_and_handing_over() -> None:
    events = [
        event(Kind.ARRIVED, 0, since=DAY),
        event(Kind.PLACED, 0),
        event(Kind.CONNECTED, 5, operator="aigul", offer=1),
        event(Kind.CONNECTED, 30, operator="bolat", offer=2, helper=True),
        event(Kind.FINISHED, 60, operator="aigul", offer=1, talked_s=25, held_s=30, how="handed_over"),
        event(Kind.FINISHED, 90, operator="bolat", offer=2, talked_s=60, held_s=0, how="finished"),
        event(Kind.ENDED, 90, end="answered"),
    ]
    figures = one(events)
    assert (figures.talk_s, figures.hold_s, figures.transferred) == (25.0 + 60.0, 30.0, 1)
    assert (figures.offered, figures.answered, figures.asa_s) == (1, 1, 5.0)
    del events[4]
    assert one(events).talk_s == 85.0 + 60.0, (
        "nobody told of the hold nor of the end of his talk: it ended with the call"
    )


def test_short_abandons_callbacks_refused_and_those_who_never_stood_in_line() -> None:
    events = []
    for call, wait in (("a", 3.0), ("b", 15.0), ("c", 60.0)):
        events += [event(Kind.ARRIVED, 0, call, since=DAY), event(Kind.PLACED, 5, call)]
        events.append(event(Kind.ENDED, 5 + wait, call, end="abandoned"))
    for call, end in (("d", "abandoned"), ("e", "refused"), ("f", "informed"), ("g", "callback")):
        events += [event(Kind.ARRIVED, 0, call, since=DAY), event(Kind.ENDED, 9, call, end=end)]
    events += [
        event(Kind.ARRIVED, 9, "cb-g", since=DAY + 9, kind="callback", of="g"),
        event(Kind.PLACED, 9, "cb-g", kind="callback"),
        event(Kind.CONNECTED, 900, "cb-g", "aigul", offer=5, waited_s=891),
        event(Kind.ENDED, 999, "cb-g", end="answered"),
    ]
    figures = one(events)
    assert (figures.offered, figures.abandoned, figures.other_ends, figures.callbacks) == (7, 4, 3, 1)
    assert (figures.short_abandoned, figures.abandoned_in_time, figures.abandoned_after_s) == (1, 2, 26.0)
    assert figures.levels.sl_1 == 66.7, "B = 3: who hung up before the line is no abandon of the queue"
    assert (figures.levels.sl_2, figures.levels.sl_3, figures.levels.sl_5) == (None, 0.0, 33.3)
    assert figures.ends == {**dict.fromkeys(End, 0), "abandoned": 4, "refused": 1, "informed": 1, "callback": 1}


def test_emergencies_by_nena_and_eu_112() -> None:
    events = []
    for number in range(20):
        call, waited = f"e{number}", float(number + 1)
        events += [event(Kind.ARRIVED, 0, call, since=DAY), event(Kind.PLACED, 0, call, priority=9)]
        events.append(event(Kind.CONNECTED, waited, call, "aigul", offer=number + 1))
    urgent = one(events).emergency
    assert urgent is not None
    assert (urgent.answered, urgent.within_10_s, urgent.within_15_s, urgent.within_20_s) == (20, 50.0, 75.0, 100.0)
    assert (urgent.average_s, urgent.longest_tenth_s) == (10.5, 19.5)
    events += [event(Kind.ARRIVED, 0, "x", since=DAY), event(Kind.PLACED, 0, "x", priority=9)]
    events += [event(Kind.ENDED, 30, "x", end="abandoned")]
    late = one(events).emergency
    assert late is not None
    assert late.within_20_s == 95.2, "one who gave up was not answered in time either"
    assert one(events[:0]).emergency is None


def test_occupancy_and_times_are_split_at_the_edges() -> None:
    book = Book([0, 100, 200, 300], by="operator")
    for state, began, ended in (("ready", 50, 150), ("talking", 150, 190), ("wrap_up", 190, 230), ("paused", 230, 400)):
        book.spend(Spell("aigul", state, "", began, ended))
    rows = book.figures()
    assert [row.ready_s for row in rows] == [50.0, 50.0, 0.0]
    assert [row.occupancy_pct for row in rows] == [0.0, 50.0, 100.0]
    assert [(row.paused_s, row.signed_in_s) for row in rows] == [(0.0, 50.0), (0.0, 100.0), (70.0, 100.0)]


def test_who_waits_still_is_looked_at() -> None:
    events = [event(Kind.ARRIVED, 0, since=DAY), event(Kind.PLACED, 10)]
    assert one(events, now=DAY + 70).longest_wait_s == 60.0
    assert one(events).in_progress == 1


def test_the_place_of_an_earlier_call_is_no_arrival_and_no_wait() -> None:
    """P5: who dials again has the old place; he came now, and has waited since now."""
    events = [
        event(Kind.ARRIVED, 700, since=DAY + 700, place_since=DAY + 100),
        event(Kind.PLACED, 710, since=DAY + 100),
        *talk("c", 1, "aigul", 720, 800),
        event(Kind.ENDED, 800, end="answered"),
    ]
    rows = book_of(events, edges=[DAY, DAY + 500, DAY + 1000])
    assert [(row.offered, row.asa_s) for row in rows] == [(0, None), (1, 10.0)]


def holds(figures: list[Figures]) -> None:
    for row in figures:
        assert row.offered == sum(row.ends.values()) + row.in_progress, row
        assert row.offered == row.answered + row.abandoned + row.other_ends + row.in_progress, row
        assert 0 <= row.answered_in_time <= row.offered
        assert row.abandoned_in_time + row.short_abandoned <= 2 * row.abandoned
        assert min(row.ends.values()) >= 0 <= row.in_progress


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 1), st.booleans())
def test_the_identity_holds_for_every_interval_of_any_feed(seed: int, until: float, lossy: bool) -> None:
    """P5: transfers, conferences, callbacks and redials; cut off anywhere, told twice, with events lost and swapped."""
    day = made_up(seed, calls=30)
    events = day.events[: round(until * len(day.events))]
    arrived = {one.call for one in events if one.kind is Kind.ARRIVED and not one.call.startswith("cb-")}
    dice = random.Random(seed)  # noqa: S311 - made up
    if lossy:
        events = [one for one in events if one.kind is Kind.ARRIVED or dice.random() < 0.8]
        dice.shuffle(events)
    events += dice.sample(events, k=len(events) // 2)
    for by in ("all", "queue"):
        rows = book_of(events, by=by, now=DAY + 9000)
        holds(rows)
        assert sum(row.offered for row in rows) == len(arrived)
    holds(book_of(events, by="operator", now=DAY + 9000))


def test_taking_a_call_out_leaves_nothing() -> None:
    day = made_up(3)
    book = Book(QUARTERS)
    story = Story()
    for told in day.events:
        story.see(told)
    for call in story.calls.values():
        book.add(call)
    for call in story.calls.values():
        book.add(call, -1)
    empty = Book(QUARTERS)
    kept = [row.longest_wait_s for row in book.figures()]  # the one thing that only grows
    assert [(r.offered, r.asa_s, r.ends, r.levels) for r in book.figures()] == [
        (r.offered, r.asa_s, r.ends, r.levels) for r in empty.figures()
    ]
    assert max(kept) > 0


def test_the_ended_are_forgotten_and_the_living_kept() -> None:
    story = Story()
    for told in made_up(5).events:
        story.see(told)
    alive = {name for name, call in story.calls.items() if not call.ended_at}
    story.forget(2 * DAY)
    assert story.calls.keys() == alive
    assert isinstance(next(iter(story.calls.values()), CallFacts("x")), CallFacts)
