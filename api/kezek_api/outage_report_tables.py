"""An outage's report as tables, with heads in the language of whoever asks: facts, steps, notices, lists."""

from __future__ import annotations

from kezek_api.report_files import Cell, Table
from kezek_api.report_tables import words
from kezek_api.shapes_outage_report import OutageReportView
from kezek_api.shapes_outages import StepView

_TIMES = ("first_report_at", "suspected_at", "confirmed_at")
_SIZES = (
    "buildings", "households", "people", "special_needs", "first_help_done", "tied", "calls", "saved", "still_out",
)  # fmt: skip


def of_outage(report: OutageReportView, language: str) -> list[Table]:
    """The first one is the whole in short."""
    said, outage = words(language), report.outage
    facts: list[list[Cell]] = [
        [said["topic"], report.title],
        [said["level"], outage.level],
        [said["areas"], "; ".join(area.title for area in outage.areas)],
    ]
    facts += [[said[word], getattr(report, word)] for word in _TIMES]
    facts += [[said[word], getattr(outage, word)] for word in ("announced_at", "starts_at", "expected_at", "ended_at")]
    facts += [[said["closed_at"], report.closed_at], [said["closed_by"], report.closed_by]]
    facts += [[said[word], getattr(report, word)] for word in _SIZES]
    for name, ends, waited in (
        ("heard", report.heard, report.heard_waited),
        ("line", report.line, report.line_waited),
    ):
        facts += [[f"{said[name]}: {end}", number] for end, number in sorted(ends.items())]
        facts += [[f"{said[name]}: {said[word]}", getattr(waited, word)] for word in ("mean_s", "p90_s", "longest_s")]
    facts += [[f"{said['tickets']}: {state}", number] for state, number in sorted(report.tickets.items())]
    facts += [[f"{said['answers']}: {answer or '-'}", number] for answer, number in sorted(report.answers.items())]
    ends_moved: list[list[Cell]] = [[one.at, one.who, one.expected_at, one.why] for one in outage.expectations]
    steps: list[list[Cell]] = [
        [
            one.at, one.who, one.why, "; ".join(area.title for area in one.areas), one.households, one.still_out,
            one.taken_back_at, one.taken_back_by,
        ]
        for one in outage.restorations
    ]  # fmt: skip
    notices: list[list[Cell]] = [[one.what, one.channel, one.state, one.result, one.number] for one in report.notices]
    return [
        (f"{said['outage']} {outage.id}", [said["summary"], said["count"]], facts),
        (said["expectations"], [said[word] for word in ("at", "who", "expected_at", "why")], ends_moved),
        (
            said["restorations"],
            [said[word] for word in ("at", "who", "why", "areas", "households", "still_out", "taken_back_at", "who")],
            steps,
        ),
        (said["notices"], [said[word] for word in ("what", "channel", "state", "result", "count")], notices),
        _list(said["call_out"], [one for one in outage.steps if one.list == "call_out"], said, language),
        _list(said["checklist"], [one for one in outage.steps if one.list == "checklist"], said, language),
    ]


def _list(title: str, steps: list[StepView], said: dict[str, str], language: str) -> Table:
    rows: list[list[Cell]] = [
        [one.names.get(language, one.code), one.asked_at, one.answer, one.done_at, one.done_by, one.note]
        for one in steps
    ]
    return title, [said[word] for word in ("title", "asked_at", "answer", "done_at", "who", "note")], rows
