"""What outlives the server that holds the line: read from it all the time, and given back to an emptied one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .ladder.types import Rung
from .values import Call, End, OperatorState


@dataclass(frozen=True, slots=True)
class Standing:
    """An operator who is signed in, as he stands when what he does just now is over: READY, or PAUSED with a reason."""

    operator: str
    phone: str
    queues: tuple[str, ...]
    skills: Mapping[str, int]
    desk: bool  # he uses a page
    state: OperatorState
    reason: str = ""
    joined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """A callback that nobody has had yet. Moments are unix seconds."""

    call: str
    of: str
    caller: str
    dialled: str
    queue: str
    priority: int
    skills: Mapping[str, int]
    since: float
    place_since: float
    placed_at: float
    attempts: int = 0
    until: float = 0.0  # when one LATER is due; 0 for one in the line
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """`mark`: of a server that has had its restoration; '' for one that came up empty and still waits for it: what it
    does not know then is forgotten, not over."""

    mark: str
    operators: tuple[Standing, ...] = ()
    promises: tuple[Promise, ...] = ()


class Recovery(Protocol):
    """The verbs of a loss: a part of types.Queues."""

    async def mark(self) -> str:
        """Kept.mark alone."""
        ...

    async def kept(self) -> Kept:
        """All that `restore` would want, of one moment."""
        ...

    async def restore(
        self,
        operators: Sequence[Standing],
        promises: Sequence[Promise],
        *,
        counts: Mapping[tuple[str, str], int] | None = None,
        rung: Rung | None = None,
        settle_s: float,
    ) -> bool:
        """Give an emptied server back what was kept; once for each, False when it has had it.

        Nothing changes that it knows by now, but an operator who has only signed in anew, or of whom only a talk is
        known. Who was ready wraps up for `settle_s` first: no younger caller gets him while those who wait come back to
        their places. `counts`: today's ends, (queue, end) -> number; `rung`: the ladder's, unless somebody has
        changed it meanwhile."""
        ...

    async def adopt(
        self,
        call: str,
        *,
        caller: str,
        dialled: str,
        since: float,
        queue: str,
        exchange: str,
        operator: str,
        offer: int,
        connected_at: float,
        node: str = "",
        priority: int = 0,
    ) -> Call:
        """Asterisk tells of a talk that the line has forgotten, or never heard of: caller and operator talk under that
        offer, since `connected_at` (0 when that is not known). A call that talks by the line's own knowledge, has
        talked, or is over, is returned as it stands; one that waits or rings here talks now, and whom it rang at is
        ready as before. What rings at this operator's phone goes to another; a pause of his holds after the talk.

        NotAllowed for one who talks to another call, and without an operator or an offer."""
        ...

    async def reconcile(
        self,
        live_calls: Collection[str],
        *,
        end: End = End.ABANDONED,
        grace_s: float = 5.0,
        exchange: str = "",
        cut_before: float = 0.0,
    ) -> tuple[str, ...]:
        """End every call of that exchange that it no longer has and free its operator; the calls ended, oldest first.

        `end`: CUT when it is dead, ABANDONED when only we were away. A call that arrived less than `grace_s` ago is
        left alone: it may be younger than the list. Whoever arrived before `cut_before` (unix seconds: when this
        Asterisk began) is CUT."""
        ...

    async def bury(
        self, call: str, *, caller: str, dialled: str, since: float, queue: str, exchange: str, end: End, left: float
    ) -> bool:
        """A call is over since `left` (unix seconds; 0: just now), as Asterisk tells. One that the line never heard of
        arrived, waited and ended while nobody could tell it: told by the feed as such, once. False when it had its end
        already. Whether an emptied line has only forgotten it, the caller asks of the history."""
        ...
