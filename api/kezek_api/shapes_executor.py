"""The shapes of the executor's own doors: what his work needs, and no more of anybody (docs/api.md)."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, ConfigDict

from kezek_api.shapes import Shape, Text
from kezek_api.shapes_duties import Code, OrganisationView
from kezek_api.shapes_tickets import DeadlineView, MoveView, NoteView, PhotoView, TicketView
from kezek_register.ticket_types import Move, State, TicketKind


class ExecutorView(Shape):
    """His organisation, and how many of its tickets are open and late."""

    organisation: OrganisationView
    open: int
    late: int


class OrganisationTitle(Shape):
    code: str
    names: dict[str, str]


class OrganisationTitles(Shape):
    organisations: tuple[OrganisationTitle, ...]


class ExecutorTicket(Shape):
    """What an executor needs of a ticket of his: the place and the work, neither the caller's name nor his number."""

    number: str
    state: State
    kind: TicketKind
    topic: str
    asset_kind: str
    street: str
    house: str
    flat: str
    territory: str
    words: str
    note: str
    lon: float | None
    lat: float | None
    outage_id: int | None
    deadline: DeadlineView
    created_at: AwareDatetime | None
    updated_at: AwareDatetime | None
    version: int

    @classmethod
    def of(cls, value: TicketView) -> ExecutorTicket:
        return cls.model_validate(value.model_dump())


class ExecutorPage(Shape):
    tickets: tuple[ExecutorTicket, ...]
    next: str = ""


class ExecutorCard(Shape):
    """`notes`: the public ones and those of his own organisation."""

    ticket: ExecutorTicket
    may: tuple[Move, ...]
    moves: tuple[MoveView, ...]
    notes: tuple[NoteView, ...]
    photos: tuple[PhotoView, ...]


class Contact(Shape):
    """Of the citizen, for the executor at work; each look is written into the audit."""

    requester: str
    caller: str
    language: str


class ExecutorMoveIn(Shape):
    """`route`: back to the second line, it is not his; `organisation`: to whom, for `hand_on`; `why`: what was done,
    for `report`; a reason else."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"move": "report", "why": "The valve is replaced"}]})

    move: Literal["accept", "pause", "resume", "report", "hand_on", "route"]
    organisation: Code | Literal[""] = ""
    why: Text = ""
