"""The callers on the line as Asterisk sees them: read after a restart, a broken link, or when an event is missed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .ami_protocol import AmiEvent
from .gone import read_who
from .ring import number, seconds

VARIABLES = (
    "KEZEK_CALL,KEZEK_SINCE,KEZEK_OFFER,KEZEK_RESULT,KEZEK_TRYING,BRIDGEPEER,"
    "KEZEK_WHO,KEZEK_PRIORITY,KEZEK_WITH,DIALEDPEERNUMBER"
)


class Where(StrEnum):
    OURS = "ours"  # in FastAGI, or on the way to it
    RINGING = "ringing"
    TALKING = "talking"  # with the operator of `offer`; on hold and in a conference too
    DIVERTED = "diverted"  # to a number outside: ringing or talking
    FALLBACK = "fallback"  # waiting in Asterisk's own queue
    FALLBACK_TALKING = "fallback_talking"


@dataclass(frozen=True, slots=True)
class LiveCall:
    call: str
    channel: str
    since: float  # unix seconds of the arrival; 0 when unknown
    where: Where
    offer: int  # the last offer rung; 0 when there was none
    result: str  # KEZEK_RESULT
    trying: int = 0  # the attempt that rings or talks: the offer's number, or a diversion's
    peer: str = ""  # the channel at the other end of a plain talk
    phone: str = ""  # of the operator who talks, on hold and in a conference too
    caller: str = ""  # digits with an optional '+'; '' when hidden
    dialled: str = ""
    priority: int = 0


def read_status(statuses: Iterable[AmiEvent]) -> list[LiveCall]:
    """Events of the action Status, asked with VARIABLES; channels that are no callers of ours are left out."""
    calls = []
    for status in statuses:
        values = dict(pair.partition("=")[::2] for pair in status["variable"].split("\n"))
        call = values.get("KEZEK_CALL", "")
        if not call or status["uniqueid"] != call:
            continue
        calls.append(
            LiveCall(
                call,
                status["channel"],
                seconds(values.get("KEZEK_SINCE", "")),
                where(status["context"], bool(status["bridgeid"])),
                number(values.get("KEZEK_OFFER", "")),
                values.get("KEZEK_RESULT", ""),
                number(values.get("KEZEK_TRYING", "")),
                values.get("BRIDGEPEER", ""),
                (values.get("KEZEK_WITH") or values.get("DIALEDPEERNUMBER", "")).partition("@")[0],
                *read_who(values.get("KEZEK_WHO", ""))[1:3],
                number(values.get("KEZEK_PRIORITY", "")),
            )
        )
    return calls


def where(context: str, bridged: bool) -> Where:
    if context == "kezek-ring":
        return Where.TALKING if bridged else Where.RINGING
    if context in ("kezek-held", "kezek-room"):
        return Where.TALKING
    if context == "kezek-divert":
        return Where.DIVERTED
    if context == "kezek-fallback":
        return Where.FALLBACK_TALKING if bridged else Where.FALLBACK
    return Where.OURS
