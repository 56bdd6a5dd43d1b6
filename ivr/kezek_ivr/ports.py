"""The register's part in what citizens are told (outages, states of tickets, notices), and the voice that says what
no prompt has. api joins them with SQL and a synthesiser.

Each verb may be slow or raise whatever it likes: a call leans on none of them (see `lookups`, `notifying`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from kezek_queue.ladder.types import RungRules

Answer = Literal["yes", "no", "unreached"]
TellState = Literal["pending", "sent", "failed", "unclear"]


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who calls, and about which house: a household, else a house (with the flat), else nothing but a number.

    phone: '' when hidden; then nobody can call him. urgency: codes of speech that he has said, joined by commas, and
    `words`, the newest of his: what he adds to an outage that is known."""

    phone: str
    language: str
    call: str
    household_id: int | None = None
    street_id: int | None = None
    house: str = ""
    building_id: int | None = None
    flat: str = ""
    urgency: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Affecting:
    """An outage as a caller is told of it. `planned`: work that was announced; `until` None: not known yet;
    `suspected`: nobody has confirmed it yet, there are `reports` from there, and `id` is a suspicion's, not an
    outage's: he is told that it is looked into, asked nothing, and goes on."""

    id: int
    topic: str
    cause: str
    since: datetime
    until: datetime | None = None
    planned: bool = False
    suspected: bool = False
    reports: int = 0


class Outages(Protocol):
    async def affecting(self, who: Concerned) -> Sequence[Affecting]:
        """Those at this house now, and those that begin within a day; the ones that concern it most first."""
        ...

    def news(self) -> int:
        """Another number when those who wait may have something new to hear, within about a second of the change on
        whichever node. No I/O, and never raises."""
        ...

    def heard(self, who: Concerned) -> Sequence[Affecting] | None:
        """Those at this house now, as this node has read them already; None: the house is being looked up, ask again.
        No I/O: callers who wait ask it by the thousand. Never raises."""
        ...

    async def tie(self, outage: int, who: Concerned, *, tell: bool) -> object:
        """His household is one of the concerned, told when it is over if `tell`; what he adds is lifted out. The same
        call again changes nothing but `tell`, and that only to True."""
        ...


class Troubles(Protocol):
    async def report(self, who: Concerned, *, topic: str, sure: float, recorded: bool = False) -> object:
        """A voice that something is missing there, for the detection of mass outages; `topic` may be 'unknown'. The
        same call again replaces its first word. Nothing waits for it."""
        ...


class Rungs(Protocol):
    def now(self, queue: str) -> RungRules:
        """What the ladder of overload does to calls of this queue at this moment. No I/O."""
        ...


@dataclass(frozen=True, slots=True)
class ToldFirst:
    """A bulletin as a caller hears it: the prompt's name, and the language of it: his own where it has that."""

    id: int
    prompt: str
    language: str


class Bulletins(Protocol):
    async def first(self, language: str, packs: Collection[str]) -> Sequence[ToldFirst]:
        """What everybody hears before anything else, and those of the packs that are on. No I/O but memory's."""
        ...

    async def of_place(self, who: Concerned, language: str) -> Sequence[ToldFirst]:
        """What is said to callers from there, when their place is known."""
        ...


class Dictations(Protocol):
    async def language(self, phone: str) -> str | None:
        """In which the manager of this telephone speaks; None for anybody else's."""
        ...

    async def keep(self, phone: str, language: str, sound: bytes) -> int:
        """A draft of it, which nobody hears until he puts it on; its id. `sound`: 16-bit mono at 8 kHz."""
        ...


class Intake(Protocol):
    async def register(self, call: str, notes: Mapping[str, Any]) -> str:
        """A ticket made of what was heard, no operator between; its number. The same call again is the same ticket."""
        ...


@dataclass(frozen=True, slots=True)
class TicketState:
    number: str
    topic: str
    state: str
    due_at: datetime | None = None  # None: no clock runs


class Tickets(Protocol):
    def number(self, keyed: str) -> str | None:
        """A registration number as it is written; None when the check digit or the length is wrong. No I/O."""
        ...

    async def state(self, number: str) -> TicketState | None: ...

    async def of_caller(self, phone: str) -> Sequence[TicketState]:
        """His open ones, the newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Tell:
    """A notice that is told by a call. `attempts`: this one included; `told`: what the words need."""

    key: str
    about: str
    what: str
    address: str
    language: str
    told: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 1
    state: str = "claimed"
    result: str = ""


class Notices(Protocol):
    """The ledger: a claim is durable before anything is dialled, and nobody else has it until it is settled."""

    async def claim(self, *, node: str, limit: int, now: datetime, but: Collection[str] = ()) -> Sequence[Tell]:
        """`but`: kinds that are left where they are."""
        ...

    async def begun(self, *, since: datetime) -> int:
        """How many citizens' calls the whole site has begun since then."""
        ...

    async def hold(self, *, node: str, now: datetime, lease_s: float) -> object:
        """This node lives: its claims stay its own, and those of nodes unheard of for so long become its own."""
        ...

    async def get(self, key: str) -> Tell | None: ...

    async def settle(self, key: str, state: TellState, result: str, next_at: datetime | None = None) -> object:
        """'pending' with `next_at` is another attempt then; 'unclear' is replaced by a later word."""
        ...

    async def unsettled(self, node: str) -> Sequence[Tell]:
        """Claims of this node of which nobody has said what became of them."""
        ...

    async def answered(self, tell: Tell, answer: Answer) -> object:
        """What he says to 'is it over?' or 'is it done?', or that he comes: into the outage or the ticket. The same
        again changes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class HandOff:
    """A caller about to be given to an emergency service, which hears `say` in that `language` before it has him."""

    id: int  # as its maker counts
    say: tuple[str, ...]
    language: str


class Emergencies(Protocol):
    async def hand_off(self, call: str, number: str, notes: Mapping[str, Any], by: str) -> HandOff | None:
        """None for a number that is no emergency service's. `notes` as the desk has them; `by`: a login."""
        ...

    async def outcome(self, hand_off: HandOff, outcome: str) -> object: ...


class Voice(Protocol):
    """Words that no prompt has, made into a prompt when they are wanted."""

    async def say(self, text: str, language: str) -> str | None:
        """The prompt's name; None where it cannot be made."""
        ...

    async def forget(self, name: str, language: str) -> None:
        """What was said is of a person: it is gone after use."""
        ...
