"""The shapes that go through the doors (docs/api.md): one class for each, and how the stones' values become them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from kezek_ivr.types import FieldName
from kezek_queue import types as line
from kezek_register import types as register
from kezek_register.ticket_types import State


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


def moment(seconds: float) -> datetime | None:
    """Unix seconds to a time with its zone; 0 is none."""
    return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None


class StaffView(Shape):
    login: str
    name: str
    role: register.Role
    phone: str
    language: str
    queues: tuple[str, ...]
    second_line: bool = False


class SignedIn(Shape):
    staff: StaffView


class Operator(Shape):
    operator: str
    name: str
    phone: str
    state: line.OperatorState
    since: AwareDatetime | None
    reason: str
    until: AwareDatetime | None
    reachable: bool
    desk: bool
    call: str
    queues: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    extensions_left: int = 0  # of the present wrap-up

    @classmethod
    def of(cls, value: line.Operator, name: str = "", *, extensions: int = 2) -> Operator:
        """`extensions`: how many the rules allow."""
        return cls(
            operator=value.operator,
            name=name or value.operator,
            phone=value.phone,
            state=value.state,
            since=moment(value.since),
            reason=value.reason,
            until=moment(value.until),
            reachable=value.reachable,
            desk=value.desk,
            call=value.call,
            queues=value.queues,
            joined=value.joined,
            extensions_left=max(0, extensions - value.extensions),
        )


class QueueLoad(Shape):
    queue: str
    waiting: int
    longest_wait_s: float
    ready: int
    talking: int
    answered: int
    abandoned: int
    callbacks: int
    refused: int
    wait_s: float | None  # the honest wait of one who would come now; null: nobody works
    open: bool  # by the calendar

    @classmethod
    def of(cls, value: line.QueueLoad, *, wait_s: float | None = None, open: bool = True) -> QueueLoad:
        return cls(
            queue=value.queue,
            waiting=value.waiting,
            longest_wait_s=round(value.longest_wait_s, 1),
            ready=value.ready,
            talking=value.talking,
            answered=value.answered,
            abandoned=value.abandoned,
            callbacks=value.callbacks,
            refused=value.refused,
            wait_s=None if wait_s is None else float(round(wait_s)),
            open=open,
        )


class Household(Shape):
    id: int
    person: str
    street_id: int
    street: str
    house: str
    flat: str


class OpenTicket(Shape):
    number: str
    topic: str
    state: str
    created_at: str


class Words(Shape):
    """In answer to a question before the talk, or in it (`talk`); `who` said so, and when he began."""

    question: str
    text: str
    final: bool
    who: Literal["caller", "operator"] = "caller"
    at: AwareDatetime | None = None


class Choice(Shape):
    """An address of the register that the caller may have meant; `house` '' where only the street is in doubt."""

    street: str
    street_ref: str
    house: str = ""
    building: str = ""
    confidence: float = 0.0


class FieldView(Shape):
    """One pre-filled field: what, how sure (0..1; from 0.8 on it is certain), where it came from and when; of the
    street also the likeliest addresses, where it is in doubt."""

    value: str
    ref: str = ""
    confidence: float = 0.0
    source: Literal["spoken", "household", "keyed", "operator"] = "spoken"
    words: str = ""
    at: AwareDatetime | None = None
    choices: tuple[Choice, ...] = ()


class TicketMark(Shape):
    number: str
    confirmed: bool
    filed: bool = True  # False: its number is sure, it gets into SQL when SQL is back


class Aside(Shape):
    """Whom the operator speaks with while the caller hears music, or all three together (joined)."""

    to: str  # operator:<login> | number:<digits>
    name: str
    state: Literal["ringing", "talking", "joined"]


class Pop(Shape):
    call: str
    offer: int
    phase: Literal["ringing", "talking", "wrap_up"]
    role: Literal["owner", "helper"]
    kind: line.CallKind
    attempt: int  # of a callback; 0 for a call
    dialling: bool  # the citizen has not answered yet
    of: str  # a callback's original call
    held: bool
    aside: Aside | None
    recording: Literal["off", "on", "refused", "forbidden"]
    transferred_by: str
    caller: str
    caller_name: str
    language: str
    since: AwareDatetime | None
    waited_s: float
    household: Household | None
    open_tickets: tuple[OpenTicket, ...]
    words: tuple[Words, ...]
    unheard: str
    emergency: Literal["", "digit", "words", "silent"]  # how he said so
    outages: tuple[int, ...]  # at his house, of which he was told
    still_out: int | None  # he was told that this outage is over, and says that it is not; 0: nobody knows which
    fields: dict[FieldName, FieldView]
    note: str
    ticket: TicketMark | None


class Ticket(Shape):
    number: str
    state: State
    call: str
    caller: str
    street_id: int | None
    street: str
    house: str
    flat: str
    topic: str
    words: str
    note: str
    language: str
    operator: str
    confirmed: bool
    provenance: dict[str, str]
    confidence: dict[str, float]
    created_at: AwareDatetime | None
    details: dict[str, str] = {}  # entrance, floor, landmark, phone, account, urgency, duration: those that were said
    filed: bool = True  # False: its number is sure, it gets into SQL when SQL is back

    @classmethod
    def of(cls, value: register.Ticket, *, filed: bool = True) -> Ticket:
        created = value.created_at
        if created is not None and created.tzinfo is None:
            created = created.replace(tzinfo=UTC)
        return cls(
            number=value.number,
            state=value.state,
            call=value.call,
            caller=value.caller,
            street_id=value.street_id,
            street=value.street,
            house=value.house,
            flat=value.flat,
            topic=value.topic,
            words=value.words,
            note=value.note,
            language=value.language,
            operator=value.operator,
            confirmed=value.confirmed,
            provenance=dict(value.provenance),
            confidence=value.confidence,
            created_at=created,
            details=value.details,
            filed=filed,
        )


class StreetView(Shape):
    id: int
    name: str
    kind: str


class Streets(Shape):
    streets: tuple[StreetView, ...]


class Houses(Shape):
    houses: tuple[str, ...]


class TopicView(Shape):
    """With what a ticket of it begins with, its parents' words filled in; '' is none."""

    code: str
    names: dict[str, str]
    parent: str
    kind: str = ""
    asset_kind: str = ""
    accident: bool = False
    emergency: str = ""


class Topics(Shape):
    topics: tuple[TopicView, ...]


class PartState(Shape):
    ok: bool
    detail: str = ""


class HealthView(Shape):
    status: Literal["ok", "degraded", "down", "draining"]
    parts: dict[str, PartState]


# what comes in

Short = Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
Text = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
StreetId = Annotated[int, Field(ge=1, le=2**31 - 1)]


class SignIn(Shape):
    login: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=256)]


class PauseIn(Shape):
    reason: Literal["break", "lunch", "meeting", "training", "other"]


class DeclineIn(Shape):
    call: Annotated[str, Field(min_length=1, max_length=64)]
    offer: Annotated[int, Field(ge=0, le=2**53)]
