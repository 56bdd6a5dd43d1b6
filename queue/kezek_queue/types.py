"""What the line gives to the other rooms: its words (values.py, rules.py, errors.py) and its verbs, `Queues`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from .errors import Full as Full
from .errors import Gap as Gap
from .errors import NotAllowed as NotAllowed
from .errors import QueueError as QueueError
from .errors import Stale as Stale
from .errors import Unavailable as Unavailable
from .errors import Unknown as Unknown
from .ladder.types import Rung as Rung
from .ladder.verbs import Ladder as Ladder
from .recovery import Recovery as Recovery
from .rules import QueueRules as QueueRules
from .rules import Relax as Relax
from .values import Call as Call
from .values import CallKind as CallKind
from .values import CallState as CallState
from .values import End as End
from .values import FeedEvent as FeedEvent
from .values import Kind as Kind
from .values import Offer as Offer
from .values import Operator as Operator
from .values import OperatorState as OperatorState
from .values import QueueLoad as QueueLoad
from .values import Snapshot as Snapshot
from .values import Waiting as Waiting


class Queues(Recovery, Ladder, Protocol):
    """The line's verbs. The Redis engine and the pure Python model both are one, and the same tests hold them together.

    Each writing verb is one script, atomic, appends its feed events inside, makes every offer that has become possible,
    and is idempotent: the same `key` again gives the first reply again (a verb without a key makes its own). Verbs that
    carry a fencing number raise Stale when it is not the present one.
    """

    # calls
    async def arrive(
        self,
        call: str,
        *,
        caller: str,
        dialled: str,
        since: float,
        node: str,
        queue: str = "",
        exchange: str = "",
        key: str | None = None,
    ) -> Call:
        """A call is with us, its channel at `exchange`. A known one is returned as it stands, now conducted by `node`;
        its place is kept. `queue`: where it counts if it ends before it is placed.

        A new call of a caller who left the line, or was cut, within the rules' `redial_s` has that call's place
        (`place_since`) and priority. One who has a callback to come and dials in himself has that one's: it
        rests (POSTPONED, 'dialled_in') and is over (INFORMED) once he stands in the line, so none is dialled who is on
        the line (P8), and one who hangs up before is called back. One that is being dialled at that moment goes on."""
        ...

    async def place(
        self,
        call: str,
        *,
        queue: str,
        priority: int = 0,
        skills: Mapping[str, int] | None = None,
        wanted: str = "",
        placed_at: float = 0.0,
        key: str | None = None,
    ) -> Waiting:
        """Into the line; the place counts from `place_since`. A call already there keeps its place.

        A `priority` below 0 stands behind all who wait as usual, and leaves them some of the free operators, until the
        rules' `behind_s` is over; from then on it is 0 (PLACED tells so), and no other `place` puts it back.

        `placed_at`: when it was placed first, for one that the line has forgotten. `wanted`: kept for this operator
        alone, for `named_s` of the rules at most; not at all for one who is away.
        Raises Full."""
        ...

    async def callback(
        self,
        of: str,
        *,
        caller: str,
        queue: str = "",
        priority: int = 0,
        skills: Mapping[str, int] | None = None,
        place_since: float = 0.0,
        node: str = "",
        key: str | None = None,
    ) -> Call:
        """We call back instead. Creates the callback 'cb-<of>' in the line, at the place of `of` with its queue,
        priority, wishes and notes when that waits (it gets the end CALLBACK), else at the place given. One that lives
        already for the same `of` or the same `caller` (a number) is returned as it stands: none is dialled twice (P8).

        A callback is matched like any call but for the rules' `callback_share`; its offer reserves one operator while
        the citizen is dialled, so there are never more dialled than operators free for them (P12)."""
        ...

    async def renew(self, call: str, offer: int, lease_s: float) -> None:
        """The present lease runs for `lease_s` from now: the citizen is being dialled, or has just answered."""
        ...

    async def postpone(self, call: str, offer: int, reason: str) -> Call:
        """The citizen was not reached: the operator is ready as before, the callback LATER by the rules' next pause, or
        ended ABANDONED when there is none left."""
        ...

    async def leave(self, call: str) -> None:
        """Out of the line without an end: nobody of ours can serve the caller now, so nobody is offered to him.

        The call is ARRIVED again, a pending offer is taken back (DECLINED, reason 'left') and its operator ready as
        before; a later `place` puts it back to the same place. Outside the line it changes nothing; NotAllowed in a
        talk."""
        ...

    async def note(self, call: str, notes: Mapping[str, Any], *, over: Mapping[str, Any] | None = None) -> None:
        """Keep what is known about the call (JSON; replaced whole) for whoever takes it; lives a day past its end.

        `over`: the notes that these were made of, as they were read; Stale when others stand there by now."""
        ...

    async def notes(self, call: str) -> dict[str, Any]: ...

    async def end(self, call: str, end: End, *, key: str | None = None) -> bool:
        """The call's one end; False when it had one already. A waiting place or a pending offer goes with it, and an
        operator still talking to it wraps up. Once connected, ABANDONED is counted as ANSWERED."""
        ...

    # operators
    async def sign_in(
        self,
        operator: str,
        *,
        phone: str,
        queues: Sequence[str],
        skills: Mapping[str, int] | None = None,
        desk: bool,
        key: str | None = None,
    ) -> Operator:
        """AWAY becomes PAUSED('signed_in'); an operator already there keeps the state. `desk`: uses a page, whose
        heartbeat then counts; False for a phone alone."""
        ...

    async def sign_out(self, operator: str, *, key: str | None = None) -> None:
        """AWAY, at once or after the present talk."""
        ...

    async def ready(self, operator: str, *, key: str | None = None) -> Operator:
        """The operator's own command: the last one wins, in a talk it counts for the time after the wrap-up."""
        ...

    async def pause(self, operator: str, reason: str, *, key: str | None = None) -> Operator: ...

    async def extend_wrap_up(self, operator: str, seconds: float, *, key: str | None = None) -> Operator:
        """The present wrap-up ends so much later; NotAllowed outside one, or more often than the rules allow (P4)."""
        ...

    async def join(self, operator: str, queues: Sequence[str], *, key: str | None = None) -> Operator:
        """Serve these too, until the sign-out (replaces what was joined before): the second line comes to help,
        with the skills it has."""
        ...

    async def phones(self, registered: Collection[str], *, exchange: str = "") -> None:
        """All phones registered at that exchange now: no offer goes to another one."""
        ...

    async def beat(self, operator: str, *, alive: bool = True) -> None:
        """The desk's page answered (or is gone). A desk silent for `desk_timeout` (3 s) gets no offers."""
        ...

    # offers
    # Where several ring under one fence, `operator` says who; '' is the only one, or the owner.

    async def accept(self, call: str, offer: int, *, operator: str = "") -> None:
        """The operator's phone was picked up; the lease no longer runs. The others rung with him are ready as before
        (DECLINED, reason 'taken')."""
        ...

    async def connect(self, call: str, offer: int) -> None:
        """Both are bridged: ANSWERED is now this call's end to come. A callback of the same caller that waits, or rests
        until later, is over at once (INFORMED: its own talk was never had): he has dialled in himself (P8)."""
        ...

    async def decline(self, call: str, offer: int, reason: str, *, pause: bool, operator: str = "") -> None:
        """Not taken: the caller is back at the same place, the operator paused with that reason, or ready again. Of
        several that ring, the one named drops out and the others go on; '' is all of them."""
        ...

    # in the talk; `offer` is the owner's fence, or the helper's where it says so

    async def hold(self, call: str, offer: int) -> None:
        """The caller hears music: on hold, or beside a consultation."""

    async def resume(self, call: str, offer: int) -> None: ...

    async def command(self, call: str, offer: int, name: str, **facts: str) -> None:
        """The operator (owner or helper) asks the node that conducts the call: told by the feed (COMMAND), done by it.
        Raises Stale when the talk is no longer his."""
        ...

    async def aside(self, call: str, offer: int, to: str, state: str) -> None:
        """The conductor tells how the owner's consultation stands; '' and '' when it is over."""
        ...

    async def invite(self, call: str, offer: int, operator: str) -> Offer:
        """Offer the talk to a second operator as helper: a fence of its own, kept from other offers meanwhile.

        `accept`, `connect`, `decline` and `finish` with that fence are the helper's. NotAllowed unless he is ready and
        could be rung; a lapse or a decline leaves the talk as it was."""
        ...

    async def hand_over(self, call: str, offer: int, *, wrap_up: float) -> None:
        """The helper becomes the owner; the owner's talk is FINISHED and he wraps up."""
        ...

    async def transfer(
        self,
        call: str,
        offer: int,
        *,
        queue: str = "",
        wanted: str = "",
        priority: int | None = None,
        skills: Mapping[str, int] | None = None,
        wrap_up: float,
    ) -> Waiting:
        """The owner gives the caller away: FINISHED and wrapping up, a helper too; the call waits in `queue` ('': its
        own) for `wanted` ('': anybody) at the place of its arrival, and is one call still (P5)."""
        ...

    async def finish(self, call: str, offer: int, *, wrap_up: float, given_away: bool = False) -> None:
        """The talk is over: the operator wraps up for at most `wrap_up` seconds. Does not end the call.

        `given_away`: the owner gave the caller to a number outside; his leg counts as transferred."""
        ...

    async def wrap_up_done(self, operator: str, *, key: str | None = None) -> Operator: ...

    async def tick(self) -> float:
        """End what is due: leases lapse, wrap-ups end, silent desks lose their offers. Seconds until the next due time,
        at most 1."""
        ...

    # reading
    async def call(self, call: str) -> Call:
        """Raises Unknown."""
        ...

    async def calls(self, calls: Collection[str]) -> dict[str, tuple[Call, dict[str, Any]]]:
        """Those of them that are known, each with its notes, in one round trip."""
        ...

    async def operator(self, operator: str) -> Operator:
        """Raises Unknown."""
        ...

    async def snapshot(self, *, places: bool = True) -> Snapshot:
        """One moment of the line. Without `places` its `waiting` is empty: with a thousand waiting it is most of it."""
        ...

    async def now(self) -> float:
        """The line's clock, unix seconds."""
        ...

    async def configure(self, queue: str, rules: QueueRules) -> None:
        """From now on this queue goes by these rules; the same again changes nothing."""
        ...

    def feed(self, after: str = "$") -> AsyncIterator[FeedEvent]:
        """Events after that id ('$': from now), for ever."""
        ...

    def follow(
        self, call: str, at_once: Callable[[FeedEvent], bool] | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[FeedEvent]]:
        """The events of one call from the moment of entering, none missed; one reader of the feed serves them all.

        `at_once` is shown an event in the moment it is read, when none before it still waits to be iterated over; it
        must not wait for anything, and says whether it has dealt with the event: one that it has is not iterated over.
        This and `feed` raise Gap when events were lost: never a silent hole."""
        ...

    def consume(self, group: str, consumer: str, *, gather_s: float = 0.0) -> AsyncIterator[FeedEvent]:
        """Durable reading from the feed's start: each event to one consumer of the group, again until acknowledged.
        `gather_s`: new events are asked for no sooner than so long after the last ones, so that many come together.

        First what this consumer left, then what dead ones left, then new events, for ever. Raises Gap once when events
        were trimmed before the group read them; a new `consume` goes on behind the hole."""
        ...

    async def acknowledge(self, group: str, event: FeedEvent) -> None: ...
