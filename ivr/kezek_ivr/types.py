"""What the conductor keeps of a call (its notes), tells of it (its story), and the register's few verbs it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NotRequired, Protocol, TypedDict

# --- notes: the JSON that travels with a call in Redis, is shown on the pop, and becomes the ticket -------------------

FieldName = Literal[
    "street", "house", "flat", "entrance", "floor", "landmark", "phone", "account", "topic", "urgency", "duration"
]
Unheard = Literal["", "no_model", "recogniser_full", "recogniser_dead", "silence"]
Recording = Literal["off", "on", "refused", "forbidden"]  # on: under way, or it will be when the talk begins


class Choice(TypedDict):
    """An address that the caller may have meant: it exists in the register."""

    street: str
    street_ref: str  # street id
    house: str  # '' where only the street is in doubt
    building: str  # building id, '' with an empty house
    confidence: float  # 0..1


class FieldNote(TypedDict):
    value: str  # as shown: the street's name, '45', '12', the topic's code; urgencies joined by commas; 'P2D'
    ref: str  # street id, building id for a house that exists, '' otherwise
    confidence: float  # 0..1
    source: Literal["spoken", "household", "keyed", "operator"]
    words: str  # the words it came from
    at: NotRequired[float]  # unix seconds at which it was heard, keyed or mended; left out: known before the call
    choices: NotRequired[list[Choice]]  # of the street's field alone: at most three, the likeliest first


class WordsNote(TypedDict):
    question: str  # open | street | house | topic | address; talk: said in the talk with an operator
    text: str
    final: bool
    who: NotRequired[Literal["caller", "operator"]]  # left out: the caller
    at: NotRequired[float]  # unix seconds at which the first of these words was heard


class TicketNote(TypedDict):
    number: str
    topic: str
    state: str
    created_at: str  # ISO 8601


class HouseholdNote(TypedDict):
    id: int
    person: str
    street_id: int
    street: str
    house: str
    flat: str


class CallbackNote(TypedDict):
    of: str  # the call that asked for it
    joined: bool  # the citizen has picked up and wants to speak


class EmergencyNote(TypedDict):
    """Which list of questions the operator sees is the register's matter, by the topic."""

    how: Literal["digit", "words", "silent"]  # silent: he does not or cannot speak


class _FirstNotes(TypedDict):
    caller: str  # '' when hidden
    caller_name: str
    language: str
    household: HouseholdNote | None
    open_tickets: list[TicketNote]
    words: list[WordsNote]
    fields: dict[str, FieldNote]
    unheard: Unheard  # why nothing was heard
    story: str  # a demo call's token, '' for everybody else


class Notes(_FirstNotes, total=False):
    recording: Recording  # left out: forbidden
    transferred_by: str  # the login of whoever gave the call away last
    callback: CallbackNote  # of a callback alone
    outages: list[int]  # at his house, of which he was told before the line
    emergency: EmergencyNote
    recorded: str  # the number of the ticket that was made of it with nobody between
    still_out: int  # the outage of which we told him that it is over, and he says that it is not; 0: of none known


# --- story ------------------------------------------------------------------------------------------------------------

Step = Literal[
    "answered", "language", "known_number", "asked", "words", "fields", "place", "offered", "ringing",
    "connected", "not_taken", "talk_ended", "ticket", "wrap_up", "ended",
    "wait", "place_kept", "callback_offered", "callback_asked", "called_back", "full", "closed", "recording",
    "held", "resumed", "consulting", "joined", "handed_over", "retrieved", "transferred", "diverted",
    "outage", "suspected", "informed", "ticket_state", "silent", "told", "recorded", "bulletin",
]  # fmt: skip


class Storyteller(Protocol):
    """Tells a demo call's story; for a call without a token it tells nothing. Never raises, never delays."""

    def tell(self, token: str, step: Step, **facts: Any) -> None: ...


# --- the register, as the call needs it -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnownCaller:
    household: HouseholdNote | None
    language: str  # '' when unknown
    open_tickets: tuple[TicketNote, ...]


@dataclass(frozen=True, slots=True)
class NearBuilding:
    """A building of the register that may be meant."""

    id: int
    street_id: int
    house: str
    exact: bool  # the very number that was asked for; else one written alike ('45а', '45/1' for '45')


class Directory(Protocol):
    """The register's part in a call; api joins it with SQL. Each verb answers within its limit, or 'nothing known'."""

    async def known(self, number: str) -> KnownCaller: ...

    async def near(self, streets: Sequence[int], house: str) -> Sequence[NearBuilding]:
        """The buildings with this number in any of these streets (the likeliest street first), in their order; then
        those of the first street whose number is written alike. Raises whatever it likes when it has no answer."""
        ...

    def streets(self, language: str) -> Mapping[str, str]:
        """Spoken name (lower case) -> street id, in this language, other names included; read at start."""
        ...

    def street_name(self, street_id: int, language: str) -> str: ...

    def street_title(self, street_id: int, language: str) -> str:
        """The name with its kind, as it is said: 'улица Абая'."""
        ...

    def topics(self, language: str) -> Mapping[str, str]:
        """Spoken topic name -> code."""
        ...

    async def remember_language(self, household_id: int, language: str) -> None: ...


# --- the wait, as somebody estimates it -------------------------------------------------------------------------------


class Waits(Protocol):
    def wait_s(self, queue: str, position: int) -> float | None:
        """The honest wait of the one at this place, in seconds from now; None where nothing honest can be said."""
        ...


# --- outbound calls: claimed in SQL before anything is dialled --------------------------------------------------------

Settled = Literal["answered", "not_reached", "unclear"]


class Claim(Protocol):
    """A claim to dial once, as the register keeps it."""

    @property
    def key(self) -> str: ...

    @property
    def call(self) -> str: ...


class Ledger(Protocol):
    """Raises kezek_register.types.Unavailable (or any other error) while SQL is away: then nothing is dialled."""

    async def claim(self, key: str, *, call: str, node: str) -> bool:
        """Written and durable: True for the one who may dial, False for everybody after him, himself too."""
        ...

    async def settle(self, key: str, state: Settled, reason: str = "") -> object:
        """What became of it; saying it again changes nothing."""
        ...

    async def unsettled(self, node: str) -> Sequence[Claim]:
        """Claims of this node that nobody settled: it died, or SQL was away when they ended."""
        ...
