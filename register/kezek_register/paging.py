"""Pages of a list that may change while somebody leafs through it: the cursor is the last item's own key. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from kezek_register.types import RegisterError

T = TypeVar("T")
R = TypeVar("R")

LARGEST = 500  # items of one page


class BadCursor(RegisterError, ValueError):
    """Not a cursor that a list gave out."""

    code = "bad_cursor"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`cursor`: ask again with it as `after` for what follows; '' when this is the end."""

    items: tuple[T, ...]
    cursor: str = ""


def cursor_of(*key: Any) -> str:
    """Opaque and safe in a URL; the key's parts are text, numbers, None and moments with their zone."""
    told = [{"t": part.isoformat()} if isinstance(part, datetime) else part for part in key]
    packed = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def key_of(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """The key again, its parts of these kinds. Raises BadCursor."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        told = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
        key = tuple(datetime.fromisoformat(part["t"]) if isinstance(part, dict) else part for part in told)
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        raise BadCursor("this cursor is none of ours") from None
    if len(key) != len(kinds) or any(type(part) is not kind for part, kind in zip(key, kinds, strict=True)):
        raise BadCursor("this cursor is of another list")
    if any(isinstance(part, datetime) and part.tzinfo is None for part in key):
        raise BadCursor("this cursor is none of ours")
    return key


def page_of(rows: Sequence[R], limit: int, value: Callable[[R], T], key: Callable[[R], tuple[Any, ...]]) -> Page[T]:
    """From `limit` + 1 rows at most: the one too many says that there is more."""
    kept = rows[:limit]
    more = len(rows) > limit
    return Page(tuple(value(row) for row in kept), cursor_of(*key(kept[-1])) if more and kept else "")


def size_of(limit: int) -> int:
    """How many are asked for, between one and LARGEST."""
    return max(1, min(limit, LARGEST))
