"""What a ticket of a topic begins with."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kezek_register import Topic
from kezek_register.topic_tree import begins_with

TREE = {
    topic.code: topic
    for topic in (
        Topic("gas", {"en": "gas"}, "", "incident", "gas_pipe", True, 4, None, "104"),
        Topic("gas_leak", {"en": "smell of gas"}, "gas"),
        Topic("gas_bill", {"en": "gas bill"}, "gas", "consultation", "-", False, None, 3, "-"),
        Topic("gas_slow", {"en": "weak gas"}, "gas", accident=False, allowed_hours=24),
        Topic("roads", {"en": "roads"}, "", "", "road", False, None, 10),
        Topic("pit", {"en": "pit"}, "roads", "complaint"),
        Topic("sinkhole", {"en": "sinkhole"}, "pit", accident=True),
        Topic("bare", {}),
    )
}


def test_what_a_topic_does_not_say_its_parents_do() -> None:
    leak = begins_with("gas_leak", TREE)
    assert (leak.names, leak.parent) == ({"en": "smell of gas"}, "gas")
    assert (leak.kind, leak.asset_kind, leak.accident, leak.allowed_hours, leak.emergency) == (
        "incident", "gas_pipe", True, 4, "104",
    )  # fmt: skip
    pit = begins_with("pit", TREE)
    assert (pit.kind, pit.asset_kind, pit.accident, pit.allowed_hours, pit.allowed_days) == (
        "complaint", "road", False, None, 10,
    )  # fmt: skip


def test_a_topic_may_want_nothing_of_its_parents() -> None:
    bill = begins_with("gas_bill", TREE)
    assert (bill.kind, bill.asset_kind, bill.emergency) == ("consultation", "", "")
    assert (bill.accident, bill.allowed_hours, bill.allowed_days) == (False, None, 3)


def test_the_allowed_time_comes_as_a_whole() -> None:
    slow = begins_with("gas_slow", TREE)
    assert (slow.accident, slow.allowed_hours, slow.allowed_days) == (False, 24, None)
    sinkhole = begins_with("sinkhole", TREE)
    assert (sinkhole.kind, sinkhole.accident, sinkhole.allowed_days) == ("complaint", True, 10)


def test_an_unknown_topic_is_an_incident_without_a_deadline() -> None:
    assert begins_with("", TREE) == Topic("", {}, kind="incident")
    assert begins_with("bare", TREE) == Topic("bare", {}, kind="incident")


codes = st.sampled_from(["a", "b", "c", "d"])
topics = st.builds(
    Topic, codes, st.just({}), st.one_of(st.just(""), codes), st.sampled_from(["", "complaint", "thanks"]),
    st.sampled_from(["", "-", "lift"]), st.booleans(), st.one_of(st.none(), st.integers(1, 9)),
    st.one_of(st.none(), st.integers(1, 9)), st.sampled_from(["", "-", "112"]),
)  # fmt: skip


@given(st.lists(topics, max_size=4), codes)
def test_rings_end_and_everything_is_resolved(known: list[Topic], code: str) -> None:
    found = begins_with(code, {topic.code: topic for topic in known})
    assert found.kind in ("incident", "complaint", "thanks")
    assert found.asset_kind in ("", "lift")
    assert found.emergency in ("", "112")
    alone = replace(found, parent="")
    assert begins_with(code, {code: alone}) == alone, "what is resolved stays as it is"
