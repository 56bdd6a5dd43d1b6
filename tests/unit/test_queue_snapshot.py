"""The reader of a snapshot: who is as he was is the same object, whatever his desk's beat; a stale beat counts."""

from __future__ import annotations

import json
from typing import Any

from kezek_queue.snapshot import Snapshots

NOW = 1_800_000_000_000  # milliseconds


def record(operator: str, **fields: str) -> str:
    known = {"operator": operator, "queues": '["heat","water"]', "joined": '["water"]', "state": "ready", "up": "1"}
    return json.dumps({**known, **fields}, separators=(",", ":"))


def at_desk(operator: str, beat: int, **fields: str) -> str:
    return record(operator, uses_desk="1", desk_ok="1", beat=str(beat), **fields)


def reply(*people: str, at: int = NOW) -> Any:
    queue = ["", 0, "", [None, None, None], [], []]
    return [str(at), "1-0", [["heat", *queue[1:]], ["water", *queue[1:]]], [list(people)]]


def test_who_is_as_he_was_is_the_same_object_though_his_desk_has_beaten() -> None:
    snapshots = Snapshots(desk_timeout_ms=3000)
    first = snapshots.read(reply(at_desk("ann", NOW), record("bek"), at_desk("cem", NOW)))
    again = snapshots.read(
        reply(at_desk("ann", NOW + 1000), record("bek"), at_desk("cem", NOW, state="paused"), at=NOW + 1000)
    )
    assert [one is other for one, other in zip(first.operators, again.operators, strict=True)] == [True, True, False]
    assert [(load.queue, load.ready) for load in first.queues] == [("heat", 3), ("water", 3)], "a queue joined is one"
    assert [load.ready for load in again.queues] == [2, 2]
    assert [one.operator for one in snapshots.read(reply(record("bek"))).operators] == ["bek"]


def test_a_desk_without_a_beat_in_time_is_not_ready() -> None:
    snapshots = Snapshots(desk_timeout_ms=3000)
    for age, ready in ((0, 1), (2999, 1), (3000, 0), (10_000, 0)):
        assert snapshots.read(reply(at_desk("ann", NOW - age))).queues[0].ready == ready
    silent = record("ann", uses_desk="1", desk_ok="0")
    assert snapshots.read(reply(silent, at_desk("bek", NOW, up="0"))).queues[0].ready == 0


def test_a_reason_that_looks_like_a_beat_is_none() -> None:
    odd = record("ann", state="paused", reason='"beat":"5"')
    assert Snapshots(3000).read(reply(odd)).operators[0].reason == '"beat":"5"'


def test_talks_are_counted_where_the_caller_stood_and_a_helper_has_none() -> None:
    talk = {"state": "talking", "queue": "heat", "call": "c1"}
    picture = Snapshots(3000).read(reply(record("ann", **talk), record("bek", helps="1", **talk)))
    assert [load.talking for load in picture.queues] == [1, 0]
