"""How a piece of the history joins what is known: upserts whose outcome does not depend on order or repetition.

Nodes share the feed's events among themselves, so a call's pieces are written by several of them, in any order, some
more than once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, case, false, func, or_
from sqlalchemy.dialects import postgresql, sqlite

from kezek_register.sql.history_tables import CallRow, LegRow, OperatorTimeRow
from kezek_register.sql.tables import UtcDateTime, table_of

_EARLIEST = {"since", "placed_at", "connected_at"}
_OF_FIRST_TALK = {"queue", "waited_s"}

Upsert = postgresql.Insert | sqlite.Insert
Inserting = Callable[..., Upsert]  # of a dialect: a statement is made once for each


@cache
def of_call(insert: Inserting) -> Upsert:
    """What is empty in the piece leaves what is known, what is not replaces it; once the end is known, pieces from
    before it only fill gaps. Moments of beginning: the earliest. Priority: the highest it had. Queue and wait: those of
    the first talk."""
    table = table_of(CallRow)
    statement = insert(table)
    new, row = statement.excluded, table.c
    too_late = and_(row.end != "", new.end == "")
    first_talk = func.coalesce(new.connected_at < row.connected_at, false())
    later_talk = func.coalesce(new.connected_at > row.connected_at, false())
    merged: dict[str, ColumnElement[Any]] = {}
    for column in row:
        piece, name = new[column.name], column.name
        if name == "call":
            continue
        if name in _EARLIEST:
            merged[name] = case((column.is_(None), piece), (piece < column, piece), else_=column)
        elif name == "priority":
            merged[name] = case((piece > column, piece), else_=column)
        elif name == "kind":
            merged[name] = case((piece == "callback", piece), else_=column)
        else:
            better = ~and_(too_late, _said(column))
            if name in _OF_FIRST_TALK:
                better = or_(first_talk, ~and_(or_(too_late, later_talk), _said(column)))
            merged[name] = case((and_(_said(piece), better), piece), else_=column)
    return statement.on_conflict_do_update(index_elements=["call"], set_=merged)


@cache
def of_leg(insert: Inserting) -> Upsert:
    """As with a call; that somebody gave the caller away stands, although his talk is finished too."""
    table = table_of(LegRow)
    statement = insert(table)
    new, row = statement.excluded, table.c
    merged: dict[str, ColumnElement[Any]] = {
        column.name: case((_said(new[column.name]), new[column.name]), else_=column)
        for column in row
        if column.name not in ("call", "offer", "how")
    }
    given_away = or_(row.how == "transferred", row.how == "handed_over")
    merged["how"] = case((given_away, row.how), (new.how != "", new.how), else_=row.how)
    return statement.on_conflict_do_update(index_elements=["call", "offer"], set_=merged)


@cache
def of_operator_time(insert: Inserting) -> Upsert:
    """Of several states told for one moment, the last one told stands."""
    table = table_of(OperatorTimeRow)
    statement = insert(table)
    new, row = statement.excluded, table.c
    merged = {name: new[name] for name in ("state", "reason", "told")}
    return statement.on_conflict_do_update(
        index_elements=["operator", "began"], set_=merged, where=new.told >= row.told
    )


def _said(column: ColumnElement[Any]) -> ColumnElement[bool]:
    if isinstance(column.type, UtcDateTime):
        return column.is_not(None)
    return column != (0 if isinstance(column.type, Float) else "")
