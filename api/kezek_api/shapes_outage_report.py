"""The shape of an outage's report, which writes itself (docs/api.md)."""

from __future__ import annotations

from pydantic import AwareDatetime

from kezek_api.shapes import Shape
from kezek_api.shapes_outages import OutageView
from kezek_register.outage_report import NoticesTold, OutageReport, Waited


class WaitedView(Shape):
    """Seconds in the line of those who had a place in it."""

    calls: int
    mean_s: float | None
    p90_s: float | None
    longest_s: float | None

    @classmethod
    def of(cls, value: Waited) -> WaitedView:
        return cls(calls=value.calls, mean_s=value.mean_s, p90_s=value.p90_s, longest_s=value.longest_s)


class NoticesToldView(Shape):
    what: str
    channel: str
    state: str
    result: str
    number: int

    @classmethod
    def of(cls, value: NoticesTold) -> NoticesToldView:
        return cls(what=value.what, channel=value.channel, state=value.state, result=value.result, number=value.number)


class OutageReportView(Shape):
    """Times, whom it concerned, calls, tickets, waits, notices, answers; steps, chain and checklist are the outage's.
    `saved`: calls of those who heard of it that ended without an operator; `heard`, `line`: how the calls ended of
    those who heard of it, and all calls while it lasted; `answers`: '' has said nothing yet."""

    outage: OutageView
    title: str  # the topic, in the language asked for
    until: AwareDatetime
    first_report_at: AwareDatetime | None
    suspected_at: AwareDatetime | None
    confirmed_at: AwareDatetime | None
    confirmed_by: str
    closed_at: AwareDatetime | None
    closed_by: str
    buildings: int
    households: int
    people: int
    special_needs: int
    tied: int
    calls: int
    saved: int
    heard: dict[str, int]
    heard_waited: WaitedView
    line: dict[str, int]
    line_waited: WaitedView
    tickets: dict[str, int]
    notices: tuple[NoticesToldView, ...]
    answers: dict[str, int]
    still_out: int
    first_help: int
    first_help_done: int
    nested: tuple[int, ...]

    @classmethod
    def of(cls, value: OutageReport, outage: OutageView, title: str) -> OutageReportView:
        return cls(
            outage=outage,
            title=title,
            until=value.until,
            first_report_at=value.first_report_at,
            suspected_at=value.suspected_at,
            confirmed_at=value.confirmed_at,
            confirmed_by=value.confirmed_by,
            closed_at=value.closed_at,
            closed_by=value.closed_by,
            buildings=value.concerned.buildings,
            households=value.concerned.households,
            people=value.concerned.people,
            special_needs=value.concerned.special_needs,
            tied=value.outage.ties,
            calls=value.outage.calls,
            saved=value.saved,
            heard=dict(value.heard),
            heard_waited=WaitedView.of(value.heard_waited),
            line=dict(value.line),
            line_waited=WaitedView.of(value.line_waited),
            tickets=dict(value.tickets),
            notices=tuple(NoticesToldView.of(one) for one in value.notices),
            answers=dict(value.answers),
            still_out=value.still_out,
            first_help=value.first_help,
            first_help_done=value.first_help_done,
            nested=value.nested,
        )
