"""Rules of calling people to tell them something: names of the calls, quiet hours, a fair share of the lines. Pure."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from kezek_ivr.pacing import PaceRules

NOTICE = "nt-"  # what the name of such a call begins with; the key of its notice follows
LONGEST_KEY = 72  # characters, for a channel's id to hold it

TO_CITIZENS = frozenset({"restored", "expected_moved", "verify", "state"})  # not by night
ASKS = frozenset({"restored", "verify", "call_in"})  # yes or no
ONCE = frozenset({"call_in"})  # whom one attempt does not reach, the next one of the list is called
TO_BE_HEARD = frozenset({"late", "assigned", "call_out", "emergency", "addition"})  # told again until confirmed


@dataclass(frozen=True, slots=True)
class TellingSettings:
    """Seconds, unless said otherwise. `quiet`: from and to, by the local clock; the same twice is never.

    `lines`: how many calls the trunk carries, 0 where nobody knows; `reserve`: of them left to live callers; `pace`: of
    citizens' calls, None: as many as the lines take."""

    node: str
    at_once: int = 4  # calls of this node that tell somebody something
    lines: int = 0
    reserve: int = 4
    dial_s: int = 40
    poll_s: float = 5.0
    retries_s: tuple[float, ...] = (600.0, 3600.0, 4 * 3600.0)
    quiet: tuple[time, time] = (time(21), time(8))
    sql_limit_s: float = 3.0
    settle_limit_s: float = 60.0
    pace: PaceRules | None = None
    lease_s: float = 600.0  # after which a node of which nothing was heard loses what it had claimed


def call_of(key: str) -> str:
    """The call's name, the same for each attempt: Asterisk refuses a second one while the first lives (P8).

    Raises ValueError for a key that is too long."""
    if not 0 < len(key.encode()) <= LONGEST_KEY:
        raise ValueError("no key of a notice")
    return NOTICE + urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of(call: str) -> str:
    """The notice's key. Raises ValueError for another call's name."""
    if not call.startswith(NOTICE):
        raise ValueError("no call that tells a notice")
    coded = call.removeprefix(NOTICE)
    return urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()


def quiet_until(now: datetime, quiet: tuple[time, time]) -> datetime | None:
    """When it may ring again, None when it may now. `now` with the zone by whose clock it is night."""
    begins, ends = quiet
    if begins == ends:
        return None
    clock = now.timetz().replace(tzinfo=None)
    by_night = begins <= clock or clock < ends if begins > ends else begins <= clock < ends
    if not by_night:
        return None
    until = now.replace(hour=ends.hour, minute=ends.minute, second=0, microsecond=0)
    return until if until > now else until + timedelta(days=1)


def free_lines(busy: int, live: int, settings: TellingSettings) -> int:
    """How many more may be dialled: never more than `at_once`, and never into what live callers need."""
    room = settings.at_once - busy
    if settings.lines:
        room = min(room, settings.lines - settings.reserve - live - busy)
    return max(0, room)


def next_attempt(attempts: int, now: datetime, settings: TellingSettings) -> datetime | None:
    """After so many attempts; None: no more."""
    if not 0 < attempts <= len(settings.retries_s):
        return None
    return now + timedelta(seconds=settings.retries_s[attempts - 1])
