"""The shapes of work on tickets: the card, the list, moves, notes, photos, links (docs/api.md)."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from kezek_api.shapes import Shape, StreetView, Ticket
from kezek_api.shapes_duties import AnswerView
from kezek_api.shapes_emergencies import EmergencyView
from kezek_api.shapes_outages import OutageBrief
from kezek_api.shapes_places import BuildingView, Node
from kezek_register import types as register
from kezek_register.ticket_types import (
    Channel,
    Clock,
    Deadline,
    Move,
    State,
    TicketKind,
    TicketLink,
    TicketMove,
    TicketNote,
    TicketPhoto,
    Verified,
)


class DeadlineView(Shape):
    """`left_s`: until `due_at`, negative when late; both null without a deadline and while it is paused."""

    clock: Clock
    due_at: AwareDatetime | None
    left_s: float | None

    @classmethod
    def of(cls, value: Deadline) -> DeadlineView:
        return cls(clock=value.clock, due_at=value.due_at, left_s=value.left_s)


class TicketView(Ticket):
    """A ticket with its work. `organisation`: its executor's code, `organisation_title` and `territory` in the language
    of whoever asks; `answer`: what the citizen is told; `verified`: what he says of the work."""

    kind: TicketKind
    channel: Channel
    household_id: int | None
    building_id: int | None
    territory_id: int | None
    territory: str
    asset_kind: str
    organisation: str
    organisation_title: str
    outage_id: int | None
    deadline: DeadlineView
    closed_at: AwareDatetime | None
    answer: str
    verified: Verified
    requester: str
    lon: float | None
    lat: float | None
    updated_at: AwareDatetime | None
    version: int

    @classmethod
    def of_work(
        cls,
        value: register.Ticket,
        deadline: Deadline,
        *,
        street: str = "",
        organisation: tuple[str, str] = ("", ""),
        territory: str = "",
    ) -> TicketView:
        """`street`: as its reader calls it, `organisation`: code and title."""
        plain = Ticket.of(value).model_dump()
        return cls(
            **{**plain, "street": street or value.street},
            kind=value.kind,
            channel=value.channel,
            household_id=value.household_id,
            building_id=value.building_id,
            territory_id=value.territory_id,
            territory=territory,
            asset_kind=value.asset_kind,
            organisation=organisation[0],
            organisation_title=organisation[1],
            outage_id=value.outage_id,
            deadline=DeadlineView.of(deadline),
            closed_at=value.closed_at,
            answer=value.answer,
            verified=value.verified,
            requester=value.requester,
            lon=value.lon,
            lat=value.lat,
            updated_at=value.updated_at,
            version=value.version,
        )


class TicketPage(Shape):
    """`next`: the cursor of the next page, '' on the last one."""

    tickets: tuple[TicketView, ...]
    next: str = ""


class MoveView(Shape):
    at: AwareDatetime
    who: str
    move: Move
    before: State
    after: State
    organisation: str
    organisation_title: str
    why: str

    @classmethod
    def of(cls, value: TicketMove, title: str = "") -> MoveView:
        return cls(
            at=value.at,
            who=value.who,
            move=value.move,
            before=value.before,
            after=value.after,
            organisation=value.organisation,
            organisation_title=title,
            why=value.why,
        )


class Moves(Shape):
    moves: tuple[MoveView, ...]


class NoteView(Shape):
    at: AwareDatetime
    who: str
    text: str
    public: bool

    @classmethod
    def of(cls, value: TicketNote) -> NoteView:
        return cls(at=value.at, who=value.who, text=value.text, public=value.public)


class PhotoView(Shape):
    """Its bytes are at `/api/tickets/{number}/photos/{id}`."""

    id: int
    at: AwareDatetime
    who: str
    media_type: str
    size: int
    words: str

    @classmethod
    def of(cls, value: TicketPhoto) -> PhotoView:
        return cls(
            id=value.id,
            at=value.at,
            who=value.who,
            media_type=value.media_type,
            size=value.size,
            words=value.words,
        )


class LinkView(Shape):
    number: str
    how: Literal["duplicate", "related", "repeat"]

    @classmethod
    def of(cls, value: TicketLink) -> LinkView:
        return cls(number=value.number, how=value.how)


class TicketCard(Shape):
    """A ticket with all that was done about it. `may`: the moves that whoever asks may make now; `outage`: the one it
    is tied to; `outages`: others that concern its address now, offered for a tie."""

    ticket: TicketView
    may: tuple[Move, ...]
    moves: tuple[MoveView, ...]
    notes: tuple[NoteView, ...]
    photos: tuple[PhotoView, ...]
    links: tuple[LinkView, ...]
    outage: OutageBrief | None
    outages: tuple[OutageBrief, ...]
    emergencies: tuple[EmergencyView, ...]


class PlaceView(Shape):
    """What is known of an address before anything is written down. `territories` from the root down; `answer`: who
    answers there for the kind of asset that was asked for; `outages`: that concern it now; `tickets`: open ones."""

    street: StreetView
    house: str
    building: BuildingView | None
    territories: tuple[Node, ...]
    networks: tuple[Node, ...]
    answer: AnswerView | None
    outages: tuple[OutageBrief, ...]
    tickets: tuple[TicketView, ...]
