"""Rules with their areas in words, in their reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from kezek_api.doors import Doors
from kezek_api.looks import asked
from kezek_api.shapes_duties import AnswerView, DutyView, OrganisationView
from kezek_register.duty_types import Answer, Duty


async def duty_views(doors: Doors, duties: Iterable[Duty], language: str) -> tuple[DutyView, ...]:
    """In their order; what their areas name is looked up once."""
    duties = list(duties)
    named = await asked(doors.register.area_names.of(duty.area for duty in duties))
    return tuple(DutyView.of(duty, named.title(duty.area, language)) for duty in duties)


async def answer_view(doors: Doors, answer: Answer | None, language: str) -> AnswerView | None:
    if answer is None:
        return None
    first, *others = await duty_views(doors, [answer.duty, *answer.others], language)
    return AnswerView(organisation=OrganisationView.of(answer.organisation), duty=first, others=tuple(others))
