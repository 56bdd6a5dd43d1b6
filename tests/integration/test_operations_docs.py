"""docs/operations.md and the alerts name what is really there."""

from __future__ import annotations

import re
from pathlib import Path

from kezek_queue import RedisQueues
from kit.api import Line, Page, until

DOCS = Path(__file__).resolve().parents[2] / "docs"
METRIC = re.compile(r"\bkezek_[a-z_]+\b")


def section(text: str, title: str) -> str:
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


async def told(visitor: Page, queues: RedisQueues) -> set[str]:
    """The names of all samples, once the line's own are among them."""
    await Line(queues, "m1").waits()
    await queues.sign_in("aigul", phone="201", queues=["hotline"], desk=False)

    async def names() -> set[str]:
        text = (await visitor.http.get("/metrics")).text
        return set(re.findall(r"^# TYPE (kezek_\w+)", text, re.M)) if "kezek_operators{" in text else set()

    return set(await until(names))


async def test_every_metric_that_is_named_exists_and_every_one_that_exists_is_named(
    visitor: Page, queues: RedisQueues
) -> None:
    there = await told(visitor, queues)
    text = (DOCS / "operations.md").read_text()
    watched = set(METRIC.findall(section(text, "What to watch")))
    rules = (DOCS / "prometheus" / "kezek.rules.yml").read_text()
    alarmed = {name for line in re.findall(r"expr: (.*)", rules) for name in METRIC.findall(line)}
    assert watched | alarmed <= there
    assert there - {"kezek_log_lines_lost_total"} <= watched, "the log's stands in its own section"


def test_every_alarm_has_its_row_and_every_row_its_alarm() -> None:
    rows = section((DOCS / "operations.md").read_text(), "Alarms")
    rules = (DOCS / "prometheus" / "kezek.rules.yml").read_text()
    named = {name for row in re.findall(r"^\| (Kezek[^|]*) \|", rows, re.M) for name in row.split(", ")}
    assert named == set(re.findall(r"alert: (\w+)", rules))


def test_the_files_it_speaks_of_exist() -> None:
    text = (DOCS / "operations.md").read_text()
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert (DOCS / target).exists(), target
