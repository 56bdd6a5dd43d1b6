"""The shapes of suspected mass outages, and of what is added to known ones (docs/api.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field

from kezek_api.shapes import Shape, Short, Text
from kezek_api.shapes_crew_words import WordView
from kezek_api.shapes_duties import Language
from kezek_api.shapes_outage_orders import Moment
from kezek_api.shapes_places import AreaView, Id
from kezek_register.detection.types import ReportSource, Says, SuspicionState
from kezek_register.outage_types import Level
from kezek_register.trouble_types import Addition


class SuspicionView(Shape):
    """`words`: in the language of whoever asks; `usual`: how many reports its areas make in `span_s` seconds by
    themselves; `special_needs`: buildings where somebody needs help first; `against`: voices that say that nothing is
    missing; `grown`: when its areas became larger, with the households then; `beyond`: it is larger than its outage;
    `said`: what crews say of it, the newest first."""

    id: int
    state: SuspicionState
    topic: str
    areas: tuple[AreaView, ...]
    words: str
    reports: int
    parties: int
    households: int
    special_needs: int
    certainty: float
    usual: float
    span_s: float
    first_at: AwareDatetime
    last_at: AwareDatetime
    grown: tuple[tuple[AwareDatetime, int], ...]
    against: int
    of: tuple[int, ...]
    outage_id: int | None
    beyond: bool
    decided_at: AwareDatetime | None
    decided_by: str
    why: str
    said: tuple[WordView, ...]


class SuspicionPage(Shape):
    suspicions: tuple[SuspicionView, ...]
    next: str = ""


class ConfirmIn(Shape):
    """All of it may be left out: one press. `topic`: what it is, where that was not heard (`unknown`)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"level": 2, "expected_at": "2026-11-22T16:00:00Z"}]})

    level: Level = 2
    topic: Short = ""
    expected_at: Moment | None = None
    words: Annotated[dict[Language, Text], Field(default_factory=dict, max_length=5)]


class DismissIn(Shape):
    model_config = ConfigDict(json_schema_extra={"examples": [{"why": "The crew is there: nothing is missing"}]})

    why: Text = ""


class ExtendIn(Shape):
    """`outage_id`: the outage that it is a part of."""

    outage_id: Id | None = None


class ReportView(Shape):
    """A voice. Nobody's number: `party` is his household's id, or a hash."""

    at: AwareDatetime
    source: ReportSource
    topic: str
    says: Says
    street_id: int | None
    street: str
    house: str
    party: str
    sure: float
    call: str


class Reports(Shape):
    reports: tuple[ReportView, ...]
    next: str = ""


class AdditionView(Shape):
    """`code`: an urgency (`gas`, `fire`, `danger`, `lift`, `medical`, `flood`, `electric`, ...), or `other`."""

    id: int
    outage_id: int
    at: AwareDatetime
    code: str
    words: str
    call: str
    ticket: str
    street_id: int | None
    street: str
    house: str
    flat: str
    handled_at: AwareDatetime | None
    handled_by: str
    note: str

    @classmethod
    def of(cls, one: Addition, street: str) -> AdditionView:
        told = {name: getattr(one, name) for name in cls.model_fields if name != "street"}
        return cls(**told, street=street)


class Additions(Shape):
    additions: tuple[AdditionView, ...]


class HandledIn(Shape):
    note: Short = ""
