"""What a line of the topics' CSV says of the tickets that begin there. Pure; raises BadRow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from kezek_register.csvfile import BadRow, Row
from kezek_register.ticket_types import TicketKind
from kezek_register.topic_tree import NONE

COLUMNS = ("kind", "asset_kind", "accident", "allowed_hours", "allowed_days", "emergency")
_KINDS: tuple[str, ...] = get_args(TicketKind)
_EMERGENCY = re.compile(r"\d{2,6}")
_MOST = {"allowed_hours": 24 * 90, "allowed_days": 366}


@dataclass(frozen=True, slots=True)
class Beginning:
    """As in types.Topic: '' and None as the parent says."""

    kind: TicketKind | Literal[""] = ""
    asset_kind: str = ""
    accident: bool = False
    allowed_hours: int | None = None
    allowed_days: int | None = None
    emergency: str = ""

    def fields(self) -> dict[str, Any]:
        return {column: getattr(self, column) for column in COLUMNS}


NOTHING = Beginning()


def beginning(row: Row) -> Beginning:
    kind = row.cells["kind"].lower()
    if kind and kind not in _KINDS:
        raise BadRow(f"kind is one of {', '.join(_KINDS)}, or empty")
    hours, days = _count(row, "allowed_hours"), _count(row, "allowed_days")
    if hours is not None and days is not None:
        raise BadRow("allowed_hours and allowed_days together: one of them")
    emergency = row.cells["emergency"]
    if emergency and emergency != NONE and not _EMERGENCY.fullmatch(emergency):
        raise BadRow(f"emergency is a short number such as 104, or {NONE} for none")
    accident = row.yes_no("accident", otherwise=False)
    return Beginning(cast("TicketKind", kind), row.cells["asset_kind"], accident, hours, days, emergency)


def _count(row: Row, column: str) -> int | None:
    text = row.cells[column]
    if not text:
        return None
    most = _MOST[column]
    if not (text.isascii() and text.isdecimal() and len(text) <= 6 and 1 <= int(text) <= most):
        raise BadRow(f"{column} is a whole number from 1 to {most}")
    return int(text)
