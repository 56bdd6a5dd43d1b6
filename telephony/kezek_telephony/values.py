"""The words of a line: errors, an arrival, the steps of a ring, of a consultation and of a dial, events, phones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

# --- errors ---------------------------------------------------------------------------------------------------------
# TelephonyError
#   HungUp        the caller's channel is gone: the call is over
#   LineLost      our leash broke while the channel lives (redirected by somebody, or the link is unclear)
#   LinkDown      Asterisk does not answer; worth a retry later
#   Refused       Asterisk said no; a retry says no again


class TelephonyError(Exception):
    code = "telephony"


class HungUp(TelephonyError):
    """`cut`: nobody hung up; Asterisk has lost the channel, mostly by a restart of its own. `talked`: Asterisk says
    that an operator was with him; we may not have seen it."""

    code = "hung_up"

    def __init__(self, *, cut: bool = False, talked: bool = False) -> None:
        super().__init__()
        self.cut, self.talked = cut, talked


class LineLost(TelephonyError):
    code = "line_lost"


class LinkDown(TelephonyError):
    code = "link_down"


class Refused(TelephonyError):
    code = "refused"


# --- values ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call as the dialplan hands it over. `call` is the caller channel's Uniqueid (KEZEK_CALL), stable for life."""

    call: str
    channel: str
    caller: str | None  # digits with an optional '+'; None when the number is hidden or is no number
    caller_name: str  # cleaned of control characters; may be ''
    dialled: str
    since: float  # unix seconds of the first arrival (KEZEK_SINCE), kept through every resumption
    language: str | None  # KEZEK_LANGUAGE as remembered on the channel; None at first arrival
    resumed: bool  # the channel was in our waiting before: another node's, or ours before a restart
    story: str | None  # token of a demo call, from loopback only: its story may be told word by word
    priority: int = 0  # KEZEK_PRIORITY as remembered on the channel: 0 is usual, 9 is an emergency
    talked: bool = False  # the channel comes from a talk with an operator
    callback: bool = False  # we dialled: the citizen has just picked up
    exchange: str = ""  # the Asterisk that has the channel; '' with one only


# Steps of one attempt to connect the caller with an operator, in this order; the last one is TalkEnded or NotTaken.
# Declined comes at any moment before Connected.


@dataclass(frozen=True, slots=True)
class Ringing:
    """The operator's phone rings."""


@dataclass(frozen=True, slots=True)
class Declined:
    """This one of several phones will not take it, by its own key or otherwise, while others ring on.

    Reason: no_answer | busy | declined | unreachable.
    """

    phone: str
    reason: str


@dataclass(frozen=True, slots=True)
class Connected:
    """Both hear each other; `phone` is the one of several that was picked up, '' where only one rang."""

    phone: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """The caller hears music: the operator's phone, or `Switchboard.hold`, has put him on hold."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The caller and the operator hear each other again."""


@dataclass(frozen=True, slots=True)
class TalkEnded:
    """The talk was had and is over. `caller_stays`: the caller is still on the line, back in our hands or on the way
    there, which the next verb waits for. `cut`: nobody hung up, Asterisk has died with the talk."""

    talk_seconds: float
    caller_stays: bool
    cut: bool = False


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Nobody took it; the caller is back in our hands, with music.

    Reason: no_answer | busy | declined | unreachable | stale; of several phones, of those that rang to the end.
    """

    reason: str


RingStep = Ringing | Declined | Connected | Held | Resumed | TalkEnded | NotTaken


# Steps of a consultation (`Switchboard.consult`): Ringing, then Connected, then one of these; or NotTaken.


@dataclass(frozen=True, slots=True)
class AsideEnded:
    """The consultation is over. `how`: left (the one asked hung up), retrieved, handed_over (the operator left and the
    caller talks on with the one asked), operator_left (before anything was joined; the caller is back in our hands)."""

    how: str


AsideStep = Ringing | Connected | AsideEnded | NotTaken


# Steps of `Switchboard.dial`: Ringing, then Answered (the citizen's channel comes in as a new Line, the arrival's
# `call` being the one given), or NotReached.


@dataclass(frozen=True, slots=True)
class Answered:
    """The citizen picked up."""


@dataclass(frozen=True, slots=True)
class NotReached:
    """Reason: no_answer | busy | declined | unreachable | unclear (Asterisk was away: ask `dialled` later)."""

    reason: str


DialStep = Ringing | Answered | NotReached


# Events of the exchange as a whole, in the order in which Asterisk said them.


@dataclass(frozen=True, slots=True)
class PhoneChanged:
    phone: str
    registered: bool
    exchange: str = ""


@dataclass(frozen=True, slots=True)
class CallGone:
    """A caller's channel ended. `by_fallback`: the fallback queue had connected it to an operator. `cut`: nobody hung
    up, Asterisk has died with it.

    Who it was is told for a line that does not know the call; '' and 0 where the dialplan did not say it."""

    call: str
    cause: int  # Q.850
    by_fallback: bool
    cut: bool = False
    caller: str = field(default="", compare=False)  # digits with an optional '+'; '' when hidden
    dialled: str = field(default="", compare=False)
    since: float = field(default=0.0, compare=False)  # unix seconds of the arrival
    left: float = field(default=0.0, compare=False)  # unix seconds of the end; of one who is cut not later than it
    talked: bool = field(default=False, compare=False)  # an operator of ours had talked with him


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The AMI link. After up=True all states have been read again; `resynced` says that events may have been missed."""

    up: bool
    resynced: bool


LineEvent = PhoneChanged | CallGone | LinkChanged

SuperviseMode = Literal["listen", "whisper", "barge"]


@dataclass(frozen=True, slots=True)
class Phone:
    """An operator's phone and the exchange where it is registered; '' is the line's own."""

    name: str
    exchange: str = ""


@dataclass(frozen=True, slots=True)
class Outside:
    """A number outside: dialled by the trunk. Digits with an optional '+'."""

    number: str
