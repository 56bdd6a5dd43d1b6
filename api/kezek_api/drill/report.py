"""A drill's verdict for people, and as one line of JSON for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from kezek_api.drill.types import Fault, Seen, Verdict

AROUND_S = 15.0  # faults so long before a caller's end, or after, are shown with him
MOST = 20  # lines of each kind


def as_json(verdict: Verdict) -> str:
    """One line; `lost`, `doubled`, `stuck`, `misjudged` are counts."""
    told: dict[str, Any] = {
        "offered": verdict.offered,
        "faults": verdict.faults,
        "lost": len(verdict.lost),
        "doubled": len(verdict.doubled),
        "stuck": len(verdict.stuck),
        "longest_silence_s": round(verdict.longest_silence_s, 1),
        "ends": dict(sorted(verdict.ends.items())),
        "misjudged": len(verdict.misjudged),
        "unreached": verdict.unreached,
        "storms": verdict.storms,
        "by_hand": verdict.by_hand,
        "heard": verdict.heard,
        "told_over": verdict.told_over,
        "mistold": len(verdict.mistold),
        "seed": verdict.seed,
    }
    return json.dumps(told)


def show(
    console: Console, verdict: Verdict, *, again: str, seen: Sequence[Seen] = (), faults: Sequence[Fault] = ()
) -> None:
    """The table; when it is not good, what is wrong with whom, the faults about that time, and how to do it `again`."""
    console.print(_table(verdict, seen))
    if verdict.good:
        console.print("[bold green]Nobody was lost.[/]")
        return
    by_number = {one.plan.number: one for one in seen}
    for title, told in _wrongs(verdict):
        if told:
            console.print(f"\n[bold red]{title}[/]")
        for line in told[:MOST]:
            console.print(f"  {line}", highlight=False, markup=False)
            for fault in about(line, by_number, faults):
                console.print(f"      {words(fault)}", style="dim", highlight=False, markup=False)
        if len(told) > MOST:
            console.print(f"  and {len(told) - MOST} more")
    console.print(f"\nSeed {verdict.seed}. The same again: [bold]{again}[/]", highlight=False)


def about(line: str, seen: Mapping[str, Seen], faults: Sequence[Fault]) -> list[Fault]:
    """The faults that were thrown, or still worked, around the call of which the line tells."""
    found = re.match(r"\+\d+", line)
    one = seen.get(found[0]) if found else None
    if one is None:
        return []
    began, ended = one.plan.at_s - AROUND_S, max(one.left_at, one.plan.at_s) + AROUND_S
    return [fault for fault in faults if fault.at_s < ended and fault.at_s + fault.for_s > began]


def words(fault: Fault) -> str:
    target = f" {fault.target}" if fault.target else ""
    mended = f", mended at {fault.at_s + fault.for_s:.1f} s" if fault.for_s else ""
    return f"{fault.at_s:6.1f} s  {fault.kind.value.replace('_', ' ')}{target}{mended}  (fault {fault.number})"


def _wrongs(verdict: Verdict) -> list[tuple[str, list[str]]]:
    return [
        ("Lost", verdict.lost),
        ("Doubled", verdict.doubled),
        ("Told wrongly by the history", verdict.misjudged),
        ("Stuck operators", verdict.stuck),
        ("Told wrongly of an outage", verdict.mistold),
    ]


def _table(verdict: Verdict, seen: Sequence[Seen]) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2))
    table.add_row("calls offered", str(verdict.offered))
    table.add_row("faults thrown", str(verdict.faults))
    for kind, count in sorted(verdict.by_kind.items()):
        table.add_row(f"  {kind.replace('_', ' ')}", str(count), style="dim")
    for end, count in sorted(verdict.ends.items()):
        table.add_row(f"ended: {end}", str(count))
    table.add_row("no exchange was there, or died at once", str(verdict.unreached))
    table.add_row("storms (outages opened by hand)", f"{verdict.storms} ({verdict.by_hand})")
    table.add_row("callers who heard of their outage", str(verdict.heard))
    table.add_row("households told that it is over", str(verdict.told_over))
    for title, told in (
        ("lost", verdict.lost),
        ("doubled", verdict.doubled),
        ("told wrongly by the history", verdict.misjudged),
        ("stuck operators", verdict.stuck),
        ("told wrongly of an outage", verdict.mistold),
    ):
        table.add_row(title, str(len(told)), style="bold red" if told else "bold green")
    at = next((f" from {one.silence_at:.1f} s" for one in seen if one.plan.number == verdict.silent), "")
    whose = f" ({verdict.silent}{at})" if verdict.silent else ""
    table.add_row("longest silence heard", f"{verdict.longest_silence_s:.1f} s{whose}")
    return table
