"""What may become of a ticket, for every state, move and role; pages whose cursor is a key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_register.moves import KEZEK, NEEDS_WHY, TO_ORGANISATION, Mover, MoveRefused, MoverRole, after, allowed
from kezek_register.paging import BadCursor, cursor_of, key_of, page_of
from kezek_register.ticket_types import Move, State

EVERYBODY = [Mover("x", role, 7 if role == "executor" else None) for role in get_args(MoverRole)]


def taken(state: State, move: Move, who: Mover, executor: int | None = 7) -> State | None:
    """With all that the move needs."""
    to = 8 if move in TO_ORGANISATION else None
    try:
        return after(state, move, who, executor=executor, organisation=to, why="so")
    except MoveRefused:
        return None


@pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: who.role)
def test_the_buttons_are_what_is_taken(who: Mover) -> None:
    for state in get_args(State):
        for move in get_args(Move):
            assert (taken(state, move, who) is not None) == (move in allowed(state, who, 7)), (state, move)


def test_every_ticket_can_come_to_its_end_and_back() -> None:
    for state in get_args(State):
        if state not in ("closed", "refused"):
            assert taken(state, "close", KEZEK) == "closed"
    assert taken("closed", "reopen", KEZEK) == taken("refused", "reopen", KEZEK) == "assigned"
    assert taken("closed", "reopen", KEZEK, executor=None) == "registered"


def test_an_executor_has_his_own_tickets_alone() -> None:
    for other in (Mover("x", "executor", 9), Mover("x", "executor")):
        for state in get_args(State):
            assert allowed(state, other, 7) == ()
            assert all(taken(state, move, other) is None for move in get_args(Move))
    assert allowed("registered", Mover("x", "executor"), None) == ()


@pytest.mark.parametrize(
    ("move", "told"),
    [
        *((move, {"why": " "}) for move in sorted(NEEDS_WHY)),
        *((move, {"organisation": None}) for move in sorted(TO_ORGANISATION)),
        ("hand_on", {"organisation": 7}),
        ("accept", {"organisation": 8}),
    ],
)
def test_a_move_without_what_it_needs_is_refused(move: Move, told: dict[str, Any]) -> None:
    whole = {"why": "so", "organisation": 8 if move in TO_ORGANISATION else None, **told}
    with pytest.raises(MoveRefused):
        after("assigned", move, KEZEK, executor=7, **whole)


@given(st.tuples(st.datetimes(timezones=st.just(UTC)), st.integers(), st.text()))
def test_a_cursor_is_its_key_again(key: tuple[datetime, int, str]) -> None:
    assert key_of(cursor_of(*key), datetime, int, str) == key


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_what_is_no_cursor_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadCursor):
        key_of(text, datetime, int)


def test_another_list_s_cursor_is_refused() -> None:
    for strange in (cursor_of("x", 1), cursor_of(datetime(2026, 1, 1, tzinfo=UTC)), cursor_of(True, 1)):
        with pytest.raises(BadCursor):
            key_of(strange, datetime, int)


def test_the_last_page_has_no_cursor() -> None:
    assert page_of([1, 2, 3], 2, str, lambda row: (row,)).items == ("1", "2")
    assert key_of(page_of([1, 2, 3], 2, str, lambda row: (row,)).cursor, int) == (2,)
    assert page_of([1, 2], 2, str, lambda row: (row,)).cursor == page_of([], 2, str, lambda row: (row,)).cursor == ""
