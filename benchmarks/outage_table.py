"""The figures of `outage.py`, its table, and what was missed by the most."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from outage_faults import KINDS
from outage_rows import Result
from outage_runs import Found
from rich.console import Console
from rich.table import Table

from kezek_register.detection.types import Suspicion

SMALL = "small event"  # of fewer households than the goals speak of
HEADLINE = ("tree", "no tree", "events")  # towns without any coordinates have rows of their own
GOALS = (
    ("calls_p50", 5), ("calls_p90", 10), ("false_alarms_month", 1), ("overlap", 0.8), ("delay_over_limit", 1.5),
    ("ms_per_report", 2.0), ("ms_calm", 2.0), ("ms_storm", 2.0),
)  # fmt: skip


def figures(results: Sequence[Result]) -> dict[str, Any]:
    ours = results[0].detector
    mine = [each for each in results if each.detector == ours]
    headline = [each for each in mine if each.variant in HEADLINE]
    rows = []
    for detector in dict.fromkeys(each.detector for each in results):
        for variant in dict.fromkeys(each.variant for each in results if each.detector == detector):
            some = [each for each in results if (each.detector, each.variant) == (detector, variant)]
            kinds = [kind for kind in (*KINDS, "event", SMALL) if any(one.fault.kind == kind for one in _found(some))]
            rows += [{"detector": detector, "network": variant, "fault": kind, **_of(some, kind)} for kind in kinds]
            rows.append({"detector": detector, "network": variant, "fault": "all", **_of(some)})
    return {**_of(headline), "limit_calls_p50": _limit_calls(headline), "rows": rows}


def _of(results: Sequence[Result], kind: str = "") -> dict[str, Any]:
    found = [each for each in _found(results) if (each.fault.kind == kind if kind else each.fault.kind != SMALL)]
    months = sum(each.months for each in results)
    alarms = [len(each.alarms) / each.months for each in results if each.months]
    return {
        "faults": len(found),
        "found": sum(each.calls is not None for each in found),
        "calls_p50": _quantile(0.5, found, lambda each: each.calls),
        "calls_p90": _quantile(0.9, found, lambda each: each.calls),
        "minutes_p50": _quantile(0.5, found, lambda each: each.minutes),
        "minutes_p90": _quantile(0.9, found, lambda each: each.minutes),
        "false_alarms_month": round(sum(len(each.alarms) for each in results) / months, 2) if months else None,
        "false_alarms_month_worst": round(max(alarms), 2) if alarms else None,
        "overlap": _quantile(0.5, found, lambda each: each.overlap),
        "overlap_mean": round(statistics.mean(each.overlap for each in found), 3) if found else None,
        "overlap_60": _quantile(0.5, found, lambda each: each.overlap_late),
        "pieces": round(statistics.mean(each.pieces for each in found), 2) if found else None,
        "strays": round(statistics.mean(each.strays for each in found), 2) if found else None,
        "delay_over_limit": _quantile(0.5, found, lambda each: _over(each, "alone")),
        "delay_over_limit_town": _quantile(0.5, found, lambda each: _over(each, "town")),
    }


def _found(results: Sequence[Result]) -> list[Found]:
    return [found for each in results for found in each.found]


def _over(found: Found, bar: str) -> float | None:
    if bar not in found.limits:
        return 1.0 if found.minutes is None else 0.0
    return None if found.minutes is None else found.minutes / max(found.limits[bar], 1e-9)


def _limit_calls(results: Sequence[Result]) -> dict[str, float | None]:
    found = _found(results)
    return {
        "alone": _quantile(0.5, found, lambda each: each.limit_calls.get("alone")),
        "town": _quantile(0.5, found, lambda each: each.limit_calls.get("town")),
    }


def _quantile(part: float, found: Sequence[Found], of: Callable[[Found], float | None]) -> float | None:
    """None: more than the rest of them have none."""
    values = sorted(math.inf if (value := of(each)) is None else value for each in found)
    if not values:
        return None
    value = values[min(len(values) - 1, math.ceil(part * len(values)) - 1)]
    return None if value == math.inf else round(value, 3)


def show(results: Sequence[Result], found: dict[str, Any]) -> None:
    columns = {
        "calls p50": "calls_p50", "p90": "calls_p90", "min p50": "minutes_p50", "min p90": "minutes_p90",
        "overlap": "overlap", "at 60": "overlap_60", "pieces": "pieces", "strays": "strays",
        "limit x": "delay_over_limit", "of a town x": "delay_over_limit_town", "alarms/month": "false_alarms_month",
    }  # fmt: skip
    table = Table("detector", "network", "fault", "found", *columns, title=_title(results))
    for row in found["rows"]:
        whole = row["fault"] == "all"
        cells = ["-" if row[name] is None else f"{row[name]:.4g}" for name in columns.values()]
        cells[-1] = cells[-1] if whole else ""
        table.add_row(row["detector"], row["network"], row["fault"], f"{row['found']}/{row['faults']}", *cells,
                      style="bold" if whole else "", end_section=whole)  # fmt: skip
    Console(width=160).print(table)
    for each in results:
        if each.detector == results[0].detector:
            alarms = f"{len(each.alarms)} false alarms in {each.months:.1f} months"
            print(f"{each.households} households, {each.variant}: {alarms}")
    judged(found)


def judged(found: dict[str, Any]) -> None:
    """Prints the figures beside their goals."""
    for name, value in found.items():
        if name != "rows":
            print(f"{name}: {value}{_judged(name, value)}", flush=True)


def _title(results: Sequence[Result]) -> str:
    towns = sorted({each.households for each in results})
    return f"towns of {', '.join(f'{size:,}' for size in towns)} households"


def _judged(name: str, value: float | None) -> str:
    for goal, limit in GOALS:
        if goal == name:
            reached = value is not None and (value >= limit if name == "overlap" else value <= limit)
            return f" (goal: {limit}, {'reached' if reached else 'NOT reached'})"
    return ""


def misses(results: Sequence[Result], count: int) -> None:
    ours = [each for each in results if each.detector == results[0].detector]
    for variant in dict.fromkeys(each.variant for each in ours if count):
        pairs = [(each.households, found) for each in ours if each.variant == variant for found in each.found]
        print(f"\n{variant}: the latest")
        for size, found in sorted(pairs, key=lambda pair: -(pair[1].calls or 99))[:count]:
            print(_told(size, found))
        print(f"{variant}: the least overlap")
        for size, found in sorted(pairs, key=lambda pair: pair[1].overlap)[:count]:
            print(_told(size, found))
        print(f"{variant}: false alarms")
        alarms = [(each.households, alarm) for each in ours if each.variant == variant for alarm in each.alarms]
        for size, alarm in alarms[:count]:
            print(f"  town {size}: {_words(alarm)}")


def _told(size: int, found: Found) -> str:
    fault = found.fault
    said = "; ".join(_words(each) for each in found.said) or "nothing"
    return (
        f"  town {size}: {fault.kind} of {fault.households} households in {len(fault.homes)} buildings, {fault.topic}, "
        f"{fault.callers} callers, {found.begins:%a %H:%M}: found at call {found.calls} ({found.minutes or 0:.1f} min; "
        f"limit {found.limit_calls}), overlap {found.overlap:.2f}, at 60 {found.overlap_late:.2f}; at 20 calls: {said}"
    )


def _words(each: Suspicion) -> str:
    scopes: dict[str, int] = {}
    for area in each.areas:
        scopes[area.scope] = scopes.get(area.scope, 0) + 1
    areas = ", ".join(f"{count} {scope}" for scope, count in scopes.items())
    return (
        f"{each.topic} [{areas}] {each.households} households, {each.parties} parties, score {each.score:.1f}, "
        f"usual {each.usual:.2g}, {each.span_s / 60:.0f} min, {each.first_at:%a %H:%M}"
    )
