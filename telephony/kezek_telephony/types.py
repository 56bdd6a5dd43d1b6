"""What a telephone line is to the rest of the house: values, events, errors, and the two things one can hold.

`Line` is one caller; `Switchboard` is the exchange. Both are protocols, so that a story in virtual time plays the same
call against a scripted line, and the same contract tests hold the script and the real Asterisk together.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

# --- errors ---------------------------------------------------------------------------------------------------------
# TelephonyError
#   HungUp        the caller's channel is gone: the call is over
#   LineLost      our leash broke while the channel lives (redirected by somebody, or the link is unclear)
#   LinkDown      Asterisk does not answer; worth a retry later
#   Refused       Asterisk said no; a retry says no again


class TelephonyError(Exception):
    code = "telephony"


class HungUp(TelephonyError):
    """`cut`: nobody hung up; Asterisk has lost the channel, mostly by a restart of its own."""

    code = "hung_up"

    def __init__(self, *, cut: bool = False) -> None:
        super().__init__()
        self.cut = cut


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


# Steps of one attempt to connect the caller with an operator, in this order; the last one is TalkEnded or NotTaken.


@dataclass(frozen=True, slots=True)
class Ringing:
    """The operator's phone rings."""


@dataclass(frozen=True, slots=True)
class Connected:
    """Both hear each other."""


@dataclass(frozen=True, slots=True)
class TalkEnded:
    """The talk was had and is over. `caller_stays`: the caller is still on the line, back in our hands."""

    talk_seconds: float
    caller_stays: bool


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Nobody took it; the caller is back in our hands, with music.

    Reason: no_answer | busy | declined | unreachable | stale.
    """

    reason: str


RingStep = Ringing | Connected | TalkEnded | NotTaken


# Events of the exchange as a whole, in the order in which Asterisk said them.


@dataclass(frozen=True, slots=True)
class PhoneChanged:
    phone: str
    registered: bool


@dataclass(frozen=True, slots=True)
class CallGone:
    """A caller's channel ended. `by_fallback`: the fallback queue had connected it to an operator."""

    call: str
    cause: int  # Q.850
    by_fallback: bool


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The AMI link. After up=True all states have been read again; `resynced` says that events may have been missed."""

    up: bool
    resynced: bool


LineEvent = PhoneChanged | CallGone | LinkChanged


# --- what one can hold ------------------------------------------------------------------------------------------------


class Line(Protocol):
    """One caller. Every verb raises HungUp once the caller is gone. Only one coroutine speaks to a line."""

    @property
    def arrival(self) -> Arrival: ...

    async def play(self, *prompts: str, language: str, stop_on_digit: bool = True) -> bool:
        """Play prompts in turn (names without a folder or an ending, 'number/7' too); True when a digit cut them short.

        A prompt that has no file is skipped with a warning: silence is better than a dropped call. Cancellable: what is
        being said may go on to its end, unless the caller is rung for meanwhile.
        """
        ...

    async def digit(self, timeout: float) -> str | None:
        """The next digit pressed (0-9 * #), also one that cut a prompt; None after `timeout` seconds. Cancellable."""
        ...

    async def music(self) -> None:
        """Music from now on, until the next `play`."""
        ...

    async def remember(self, **variables: str) -> None:
        """Keep KEZEK_<NAME> on the channel, to be found by whoever takes the call over."""
        ...

    async def hang_up(self) -> None:
        """End the call in good order: the dialplan will not try another node."""
        ...

    def listen(self) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The caller's own sound from now on: 20 ms frames of 16-bit little-endian mono at 8 kHz (320 bytes).

        Never raises for want of sound and never disturbs the caller: when no sound can be had the iterator just ends.
        """
        ...


class Switchboard(Protocol):
    """The exchange: rings operators, tells what happens. Raises LinkDown when Asterisk does not answer."""

    @property
    def up(self) -> bool: ...

    def registered(self) -> frozenset[str]:
        """The phones that can be rung now."""
        ...

    def ring(
        self, line: Line, *, phone: str, offer: int, seconds: int, still_ours: Callable[[], bool]
    ) -> AsyncIterator[RingStep]:
        """Ring `phone` for the caller and follow the attempt to its end.

        `offer` is the fencing number: the dialplan turns a stale one back. `still_ours` is asked with nothing awaited
        between the question and the write to Asterisk. Raises HungUp when the caller leaves at any step.
        """
        ...

    async def stop_ringing(self, line: Line) -> None:
        """The operator declined on the screen: end the ringing leg; `ring` then yields NotTaken('declined')."""
        ...

    def events(self) -> AsyncIterator[LineEvent]:
        """Events of the exchange from now on; each iterator gets all of them, starting with the state as it is."""
        ...
