"""The shapes of hand-offs to services for emergencies (docs/api.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field

from kezek_api.shapes import Shape, Short, Text
from kezek_api.shapes_duties import Number
from kezek_register.duty_types import Emergency, HandedOver
from kezek_register.emergency import QuestionKind, Service


class EmergencyView(Shape):
    """A hand-off to a service for emergencies; `outcome` '' while it is open."""

    id: int
    call: str
    ticket: str
    service: str
    how: HandedOver
    context: str
    answers: dict[str, str]
    handed_at: AwareDatetime
    handed_by: str
    outcome: str
    outcome_at: AwareDatetime | None
    outcome_by: str

    @classmethod
    def of(cls, value: Emergency) -> EmergencyView:
        return cls(
            id=value.id,
            call=value.call,
            ticket=value.ticket,
            service=value.service,
            how=value.how,
            context=value.context,
            answers=value.answers,
            handed_at=value.handed_at,
            handed_by=value.handed_by,
            outcome=value.outcome,
            outcome_at=value.outcome_at,
            outcome_by=value.outcome_by,
        )


class Emergencies(Shape):
    emergencies: tuple[EmergencyView, ...]
    next: str = ""


class EmergencyIn(Shape):
    """`context`: what the service is told; left out, it is the answered questions in the language in which services
    are told, then `more`, the operator's own words."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "call": "1763800000.12",
                    "ticket": "26-000123-4",
                    "service": "104",
                    "how": "operator",
                    "more": "The neighbours are outside already",
                    "answers": {"people_inside": "no"},
                }
            ]
        }
    )

    call: Short = ""
    ticket: Number = ""
    service: Annotated[str, Field(min_length=2, max_length=32, pattern=r"^[0-9+A-Za-z_-]+$")]
    how: HandedOver = "operator"
    context: Text = ""
    more: Text = ""
    answers: Annotated[dict[Annotated[Short, Field(min_length=1)], Text], Field(default_factory=dict, max_length=30)]


class OutcomeIn(Shape):
    text: Annotated[Text, Field(min_length=1)]


class QuestionView(Shape):
    """`names`: language -> the question; a `yes_no` is answered 'yes' or 'no', whatever the language."""

    code: str
    kind: QuestionKind
    names: dict[str, str]


class ServiceView(Shape):
    """`number`: as it is dialled in this region; `questions`: to be asked before or while it is handed over; `topics`:
    that lead to it; `say`: what the caller is told at once."""

    code: str
    number: str
    region: str
    names: dict[str, str]
    questions: tuple[QuestionView, ...]
    topics: tuple[str, ...]
    say: dict[str, str]

    @classmethod
    def of(cls, value: Service) -> ServiceView:
        questions = (QuestionView(code=one.code, kind=one.kind, names=dict(one.names)) for one in value.questions)
        return cls(
            code=value.code,
            number=value.number,
            region=value.region,
            names=dict(value.names),
            questions=tuple(questions),
            topics=value.topics,
            say=dict(value.say),
        )


class RegionView(Shape):
    code: str
    names: dict[str, str]


class Services(Shape):
    """`region`: the site's own, unless another was asked for."""

    region: str
    regions: tuple[RegionView, ...]
    services: tuple[ServiceView, ...]
