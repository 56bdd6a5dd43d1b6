"""The shapes of what is written of outages and ordered of them (docs/api.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from kezek_api.shapes import Shape, Short, StreetId, Text
from kezek_api.shapes_duties import Code, Language, Number
from kezek_api.shapes_places import AreaIn, Id
from kezek_api.shapes_ticket_orders import Phone
from kezek_register.outage_types import CAUSES, Level


def _cause(value: str) -> str:
    if value not in CAUSES:
        raise ValueError(f"one of {', '.join(CAUSES)}")
    return value


def _year(value: datetime) -> datetime:
    if not 2000 <= value.year < 2200:
        raise ValueError("a time from 2000 to 2199")
    return value


Cause = Annotated[str, AfterValidator(_cause), Field(json_schema_extra={"enum": list(CAUSES)})]
Moment = Annotated[AwareDatetime, AfterValidator(_year)]


class OutageIn(Shape):
    """`state`: a draft is nobody's business yet; announced, callers of its area hear it at once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "state": "announced",
                    "level": 2,
                    "topic": "water",
                    "asset_kind": "water_pipe",
                    "cause": "burst_pipe",
                    "organisation": "vodokanal",
                    "areas": [{"scope": "street", "street_id": 3}],
                    "starts_at": "2026-11-22T08:00:00Z",
                    "expected_at": "2026-11-22T14:00:00Z",
                    "words": {"ru": "Вода подвозится к дому 8", "kk": "Су 8-үйге жеткізіледі"},
                }
            ]
        }
    )

    state: Literal["draft", "announced"] = "announced"
    level: Level = 2
    topic: Annotated[Short, Field(min_length=1)]
    asset_kind: Short = ""
    cause: Cause = "unknown"
    organisation: Code | Literal[""] = ""
    words: Annotated[dict[Language, Text], Field(default_factory=dict, max_length=5)]
    areas: Annotated[tuple[AreaIn, ...], Field(min_length=1, max_length=1000)]
    starts_at: Moment
    expected_at: Moment | None = None
    ends_itself: bool = False
    code: Short = ""

    def fields(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in type(self).model_fields}
        return {**told, "areas": tuple(one.area() for one in self.areas), "words": dict(self.words)}


class AreasIn(Shape):
    areas: Annotated[tuple[AreaIn, ...], Field(min_length=1, max_length=1000)]


class ExpectIn(Shape):
    """`expected_at` null: not known any more; `tell`: each tied household is told of the new end once."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"expected_at": "2026-11-22T16:00:00Z", "why": "A second leak was found"}]}
    )

    expected_at: Moment | None
    why: Text = ""
    tell: bool = False


class StepIn(Shape):
    model_config = ConfigDict(json_schema_extra={"examples": [{"list": "checklist", "position": 1, "note": "Done"}]})

    list: Literal["checklist", "call_out"]
    position: Annotated[int, Field(ge=0, le=1000)]
    note: Text = ""
    done: bool = True


class CloseIn(Shape):
    """`ended_at`: when it was over; left out, now."""

    ended_at: Moment | None = None


class TieIn(Shape):
    """Who is concerned: a household, else a flat of a building, else a number."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"phone": "+77009990111", "language": "ru", "street_id": 3, "house": "8"}]}
    )

    phone: Phone = ""
    language: Language | Literal[""] = ""
    household_id: Id | None = None
    street_id: StreetId | None = None
    house: Short = ""
    flat: Short = ""
    call: Short = ""
    ticket: Number = ""
    tell: bool = True


class AnsweredIn(Shape):
    party: Annotated[Short, Field(min_length=1)]
    restored: Literal["yes", "no", "unreached"]
