"""The shapes of outages and planned works: areas, expectations, checklists, ties, announcements (docs/api.md)."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from kezek_api.shapes import Shape
from kezek_api.shapes_crew_words import WordView
from kezek_api.shapes_outage_ends import RestorationView
from kezek_api.shapes_places import AreaView
from kezek_register.outage_types import CallOutAnswer, Expectation, Level, Outage, OutageState, OutageStep, Tie
from kezek_register.ticket_types import Verified


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
    """`names`: its words in each language; `phone`: of the one to be called out; `asked_at`: when the chain came to
    him."""

    list: Literal["checklist", "call_out"]
    position: int
    code: str
    names: dict[str, str]
    phone: str
    done_at: AwareDatetime | None
    done_by: str
    note: str
    asked_at: AwareDatetime | None
    answer: CallOutAnswer

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
            asked_at=value.asked_at,
            answer=value.answer,
        )


class OutageView(Shape):
    """`now`: it is announced and has begun; `words`: language -> what is published beside the facts; `ends_itself`: at
    `expected_at`; `ties`: households tied to it, `calls`: how often they called, `still_out`: who say 'not yet';
    `saved`: calls that ended without an operator;
    `restored`: parts where it is over already; `parent`: it is what is left of that one; `chain_at`: since when its
    call-out chain is telephoned; `said`: what crews say of it, the newest first."""

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
    saved: int
    restored: tuple[AreaView, ...]
    restorations: tuple[RestorationView, ...]
    parent: int | None
    announced_at: AwareDatetime | None
    chain_at: AwareDatetime | None
    chain_by: str
    said: tuple[WordView, ...]
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
