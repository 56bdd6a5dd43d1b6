"""Notices that are not true any more: what is under way ends, and is not tried again, nor the other way."""

from __future__ import annotations

from datetime import datetime

from kezek_register.sql.notice_tables import NoticeRow

_WHY = "withdrawn"  # in what is told


def withdraw(row: NoticeRow, why: str, now: datetime) -> None:
    """Inside somebody's transaction."""
    if row.state == "pending":
        row.state, row.result, row.settled_at = "dropped", why, now
    else:
        row.told = {**row.told, _WHY: why}


def settled(row: NoticeRow, now: datetime) -> bool:
    """Whether it was withdrawn while it was under way: what would be tried again is dropped."""
    why = row.told.get(_WHY)
    if why and row.state == "pending":
        row.state, row.result, row.settled_at = "dropped", str(why), now
    return bool(why)
