"""The shapes of outages and planned works: areas, expectations, checklists, ties, announcements (docs/api.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from kezek_api.shapes import Shape, Short, StreetId, Text
from kezek_api.shapes_duties import Code, Language, Number
from kezek_api.shapes_places import AreaIn, AreaView, Id
from kezek_register.outage_types import CAUSES, Expectation, Level, Outage, OutageState, OutageStep, Tie
from kezek_register.ticket_types import Verified


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


class OutageBrief(Shape):
    """What is said of it beside something else. `words`: as published, in the language of whoever asks."""

    id: int
    state: OutageState
    level: Level
    topic: str
    cause: str
    starts_at: AwareDatetime
    expected_at: AwareDatetime | None
    words: str

    @classmethod
    def of(cls, value: Outage, language: str = "") -> OutageBrief:
        return cls(
            id=value.id,
            state=value.state,
            level=value.level,
            topic=value.topic,
            cause=value.cause,
            starts_at=value.starts_at,
            expected_at=value.expected_at,
            words=value.words.get(language, ""),
        )


class ExpectationView(Shape):
    at: AwareDatetime
    who: str
    expected_at: AwareDatetime | None
    why: str

    @classmethod
    def of(cls, value: Expectation) -> ExpectationView:
        return cls(at=value.at, who=value.who, expected_at=value.expected_at, why=value.why)


class StepView(Shape):
    """`names`: its words in each language; `phone`: of the one to be called out."""

    list: Literal["checklist", "call_out"]
    position: int
    code: str
    names: dict[str, str]
    phone: str
    done_at: AwareDatetime | None
    done_by: str
    note: str

    @classmethod
    def of(cls, value: OutageStep, names: dict[str, str] | None = None) -> StepView:
        return cls(
            list=value.list,
            position=value.position,
            code=value.code,
            names=names or {},
            phone=value.phone,
            done_at=value.done_at,
            done_by=value.done_by,
            note=value.note,
        )


class OutageView(Shape):
    """`now`: it is announced and has begun; `words`: language -> what is published beside the facts; `ends_itself`: at
    `expected_at`; `ties`: households tied to it, `calls`: how often they called, `still_out`: who say 'not yet'."""

    id: int
    code: str
    state: OutageState
    now: bool
    level: Level
    topic: str
    asset_kind: str
    cause: str
    organisation: str
    words: dict[str, str]
    areas: tuple[AreaView, ...]
    starts_at: AwareDatetime
    expected_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    ends_itself: bool
    created_at: AwareDatetime | None
    created_by: str
    expectations: tuple[ExpectationView, ...]
    steps: tuple[StepView, ...]
    ties: int
    calls: int
    still_out: int
    version: int


class OutagePage(Shape):
    outages: tuple[OutageView, ...]
    next: str = ""


class FirstHelpView(Shape):
    building_id: int
    street: str
    house: str
    special_needs: str


class ConcernedView(Shape):
    """Whom an area concerns; `special_needs`: buildings with people who need help first, the first of them in
    `first_help`."""

    buildings: int
    households: int
    people: int
    special_needs: int
    first_help: tuple[FirstHelpView, ...]


class TieView(Shape):
    party: str
    household_id: int | None
    building_id: int | None
    flat: str
    phone: str
    language: str
    call: str
    calls: int
    ticket: str
    tell: bool
    restored: Verified
    at: AwareDatetime | None

    @classmethod
    def of(cls, value: Tie) -> TieView:
        return cls(
            party=value.party,
            household_id=value.household_id,
            building_id=value.building_id,
            flat=value.flat,
            phone=value.phone,
            language=value.language,
            call=value.call,
            calls=value.calls,
            ticket=value.ticket,
            tell=value.tell,
            restored=value.restored,
            at=value.at,
        )


class Ties(Shape):
    ties: tuple[TieView, ...]
    next: str = ""


class ClosingView(Shape):
    """`notices`: how many are told that it is over, each household once; `tickets`: how many are reported with it."""

    outage: OutageView
    notices: int
    tickets: int


class ChecklistLine(Shape):
    list: Literal["checklist", "call_out"]
    position: int
    code: str
    names: dict[str, str]
    phone: str


class Checklist(Shape):
    level: Level
    lines: tuple[ChecklistLine, ...]


class Checklists(Shape):
    checklists: tuple[Checklist, ...]


# what comes in


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

    phone: Annotated[str, Field(max_length=32, pattern=r"^[+0-9 ()-]*$")] = ""
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
