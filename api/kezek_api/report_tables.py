"""Reports as tables, with heads in the language of whoever asks; `report_files` writes them."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from kezek_api.report_files import Cell, Table
from kezek_api.shapes_reports import DailyView, RepeatView, ReportLineView, ReportView

_LINE = (
    "title", "registered", "open", "closed", "refused", "on_time", "late", "overdue", "reopened", "to_close_h",
)  # fmt: skip
_DEFAULT = "en"


@cache
def _all_words() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "report_words.toml").read_text("utf-8"))


def words(language: str) -> dict[str, str]:
    """English for a language that has no words here."""
    known = _all_words()
    return known.get(language, known[_DEFAULT])


def of_report(report: ReportView, language: str) -> Table:
    said = words(language)
    return _lines(said.get(f"{report.by}s", said["total"]), report.lines, said, report.total)


def of_repeats(repeats: list[RepeatView], language: str) -> Table:
    said = words(language)
    heads = [said[word] for word in ("street", "house", "flat", "topic", "times", "open", "last_at", "numbers")]
    rows: list[list[Cell]] = [
        [
            one.street, one.house, one.flat, one.topic_title, len(one.numbers), one.open, one.last_at,
            ", ".join(one.numbers),
        ]
        for one in repeats
    ]  # fmt: skip
    return said["repeats"], heads, rows


def of_day(day: DailyView, language: str) -> list[Table]:
    """A summary, and a sheet for each part of it."""
    said = words(language)
    total = day.total
    facts: list[list[Cell]] = [[said[word], getattr(total, word)] for word in _LINE[1:]]
    facts.append([said["emergencies"], day.emergencies])
    facts += [[f"{said['calls']}: {end}", count] for end, count in sorted(day.calls.items())]
    facts.append([said["waited_s"], day.waited_s])
    overdue: list[list[Cell]] = [
        [
            one.number, one.topic_title, one.organisation_title, one.street, one.house, one.due_at, one.late_h,
        ]
        for one in day.overdue
    ]  # fmt: skip
    outages: list[list[Cell]] = [
        [
            one.topic_title, one.level, one.starts_at, one.expected_at, one.ended_at, one.households,
        ]
        for one in day.outages
    ]  # fmt: skip
    late = ("number", "topic", "organisation", "street", "house", "due_at", "late_h")
    off = ("topic", "level", "starts_at", "expected_at", "ended_at", "households")
    return [
        (f"{said['summary']} {day.day.isoformat()}", [said["summary"], said["count"]], facts),
        _lines(said["kinds"], day.kinds, said),
        _lines(said["topics"], day.topics, said),
        _lines(said["organisations"], day.organisations, said),
        (said["overdue"], [said[word] for word in late], overdue),
        (said["outages"], [said[word] for word in off], outages),
    ]


def _lines(title: str, lines: list[ReportLineView], said: dict[str, str], total: ReportLineView | None = None) -> Table:
    rows: list[list[Cell]] = [
        [line.title or said.get(line.key, line.key), *(getattr(line, word) for word in _LINE[1:])] for line in lines
    ]
    if total is not None:
        rows.append([said["total"], *(getattr(total, word) for word in _LINE[1:])])
    return title, [said[word] for word in _LINE], rows
