"""What a telephone line is to the rest of the house: its words (values.py), and the two things one can hold.

`Line` is one caller; `Switchboard` is the exchange. Both are protocols, so that a story in virtual time plays the same
call against a scripted line, and the same contract tests hold the script and the real Asterisk together.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from .values import Answered as Answered
from .values import Arrival as Arrival
from .values import AsideEnded as AsideEnded
from .values import AsideStep as AsideStep
from .values import CallGone as CallGone
from .values import Connected as Connected
from .values import Declined as Declined
from .values import DialStep as DialStep
from .values import Held as Held
from .values import HungUp as HungUp
from .values import LineEvent as LineEvent
from .values import LineLost as LineLost
from .values import LinkChanged as LinkChanged
from .values import LinkDown as LinkDown
from .values import NotReached as NotReached
from .values import NotTaken as NotTaken
from .values import Outside as Outside
from .values import Phone as Phone
from .values import PhoneChanged as PhoneChanged
from .values import Refused as Refused
from .values import Resumed as Resumed
from .values import Ringing as Ringing
from .values import RingStep as RingStep
from .values import SuperviseMode as SuperviseMode
from .values import TalkEnded as TalkEnded
from .values import TelephonyError as TelephonyError


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
        self,
        line: Line,
        *,
        phones: Sequence[Phone],
        offer: int,
        seconds: int,
        still_ours: Callable[[], bool],
    ) -> AsyncIterator[RingStep]:
        """Ring for the caller and follow the attempt to its end; the first of several phones picked up has it, and one
        that declines is told while the others ring on.

        `offer` is the fencing number: the dialplan turns a stale one back. `still_ours` is asked with nothing awaited
        between the question and the write to Asterisk. Raises HungUp when the caller leaves at any step. The steps go
        on through holds and consultations: TalkEnded comes when nobody of ours talks with the caller any more.
        """
        ...

    async def stop_ringing(self, line: Line, *, phone: str = "") -> None:
        """End the ringing leg, or that phone's alone (no Declined comes of it): `ring` then yields
        NotTaken('declined') once none rings."""
        ...

    # in a talk; each does nothing, and says Refused, where there is no talk

    async def release(self, line: Line) -> None:
        """End the operators' legs: the caller comes back into our hands, TalkEnded(caller_stays=True)."""
        ...

    async def hold(self, line: Line) -> None:
        """Music for the caller, for any phone: Held. One who hangs up meanwhile ends the talk."""
        ...

    async def resume(self, line: Line) -> None: ...

    def consult(self, line: Line, to: Phone | Outside, *, seconds: int) -> AsyncIterator[AsideStep]:
        """The caller hears music while the operator talks with somebody else, who is rung for at most `seconds`.

        At NotTaken and AsideEnded('left') the operator and the caller hear each other again. `retrieve` while it still
        rings: AsideEnded('retrieved'). Raises HungUp when the caller leaves, Refused when somebody is asked already.
        Until `join`, `hold` and `resume` are refused: the caller waits in any case.
        """
        ...

    async def join(self, line: Line) -> None:
        """Conference: caller, operator and the one consulted hear each other."""
        ...

    async def hand_over(self, line: Line) -> None:
        """The operator leaves, the caller talks with the one consulted."""
        ...

    async def retrieve(self, line: Line) -> None:
        """The one consulted leaves (or is rung no more), the caller is back with the operator."""
        ...

    # outside

    def divert(
        self, line: Line, to: Outside, *, seconds: int, say: Sequence[str] = (), language: str = ""
    ) -> AsyncIterator[RingStep]:
        """Ring an outside number for a caller in our hands (102, 112, another community), like `ring`. Whoever answers
        there hears the prompts `say` in that `language` before they are joined; the caller waits meanwhile."""
        ...

    def dial(self, call: str, to: Outside, *, since: float, language: str, seconds: int) -> AsyncIterator[DialStep]:
        """Dial a citizen. The channel's id is `call`, so that Asterisk itself refuses a second one (P8): Refused.

        Raises LinkDown when nothing was asked of Asterisk. `cancel_dial` ends it as NotReached('no_answer').
        """
        ...

    async def dialled(self, call: str) -> bool | None:
        """Whether that channel lives (True), surely does not (False), or Asterisk cannot be asked now (None)."""
        ...

    async def cancel_dial(self, call: str) -> None: ...

    # supervision and recording

    async def supervise(self, call: str, operator_phone: str, *, phone: Phone, mode: SuperviseMode) -> str:
        """Ring the supervisor's phone and let him hear that talk; the id of the leg. A second time for the same phone
        changes the mode: listen, whisper (the operator alone hears him), barge (both do)."""
        ...

    async def stop_supervising(self, leg: str) -> None: ...

    async def record(self, line: Line, file: str) -> None:
        """Record the caller's channel, both sides mixed, to `file` (a name below the instance's recordings, without an
        ending), until `stop_recording` or the call's end. Asking again for the same file changes nothing."""
        ...

    async def stop_recording(self, line: Line) -> None: ...

    def overhear(self, line: Line) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The operator's own sound in this talk, as `Line.listen` brings the caller's: through holds and conferences,
        after a hand-over the other phone's, until the talk ends. The iterator just ends where no sound can be had."""
        ...

    def events(self) -> AsyncIterator[LineEvent]:
        """Events of the exchange from now on; each iterator gets all of them, starting with the state as it is."""
        ...
