"""The shapes of what is written into tickets and ordered of them (docs/api.md)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from kezek_api.shapes import Shape, Short, StreetId, Text
from kezek_api.shapes_calls import Further
from kezek_api.shapes_duties import Code, Language, Number
from kezek_api.shapes_places import Id, Latitude, Longitude
from kezek_register.ticket_types import Move, TicketKind

Phone = Annotated[str, Field(max_length=32, pattern=r"^[+0-9 ()-]*$")]


class TicketIn(Shape):
    """A ticket entered by hand. What is left out comes from the topic and the address; `state` is `registered`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "caller": "+77009990111",
                    "requester": "Марина Примерова",
                    "language": "ru",
                    "street_id": 3,
                    "house": "8",
                    "flat": "12",
                    "topic": "heating",
                    "words": "Батареи холодные со вчерашнего дня",
                }
            ]
        }
    )

    caller: Phone = ""
    requester: Short = ""
    language: Language | Literal[""] = ""
    household_id: Id | None = None
    street_id: StreetId | None = None
    street: Short = ""
    house: Short = ""
    flat: Short = ""
    topic: Short = ""
    words: Text = ""
    note: Text = ""
    kind: TicketKind | None = None
    channel: Literal["manual", "call", "web", "email", "messenger"] = "manual"
    asset_kind: Short = ""
    lon: Longitude | None = None
    lat: Latitude | None = None
    details: Further | None = None


class TicketEdit(Shape):
    """Only what is named changes; '' empties a field."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"topic": "lift", "note": "Second entrance"}]})

    caller: Phone | None = None
    requester: Short | None = None
    language: Language | Literal[""] | None = None
    household_id: Id | None = None
    street_id: StreetId | None = None
    street: Short | None = None
    house: Short | None = None
    flat: Short | None = None
    topic: Short | None = None
    words: Text | None = None
    note: Text | None = None
    kind: TicketKind | None = None
    asset_kind: Short | None = None
    answer: Text | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    details: Further | None = None  # those that are named change

    def named(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True, exclude_none=True)


class MoveIn(Shape):
    """`organisation`: to whom, for `assign`, `route` and `hand_on`; `why`: in words, what is reported or answered."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"move": "assign", "organisation": "vodokanal", "why": "Their main"},
                {"move": "report", "why": "The valve is replaced"},
            ]
        }
    )

    move: Move
    organisation: Code | Literal[""] = ""
    why: Text = ""


class NoteIn(Shape):
    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "The key is with the caretaker"}]})

    text: Annotated[Text, Field(min_length=1)]
    public: bool = False


class LinkIn(Shape):
    model_config = ConfigDict(json_schema_extra={"examples": [{"number": "26-000123-4", "how": "repeat"}]})

    number: Annotated[Number, Field(min_length=1)]
    how: Literal["duplicate", "related", "repeat"]


class TieTicketIn(Shape):
    """`null` unties it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outage_id": 12}]})

    outage_id: Id | None
