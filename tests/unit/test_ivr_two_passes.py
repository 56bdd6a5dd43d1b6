"""Two passes over one answer: agreement makes surer, a grammar alone is never believed, nothing else is touched."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from kezek_ivr.prefill import CERTAIN
from kezek_ivr.two_passes import combined
from kezek_speech.types import Mention, MentionKind

MENTIONS = st.builds(
    Mention,
    kind=st.sampled_from(get_args(MentionKind)),
    value=st.sampled_from(["1", "2", "45"]),
    confidence=st.floats(0, 1),
    words=st.just("words"),
)


def said(kind: MentionKind, value: str, confidence: float) -> Mention:
    return Mention(kind, value, confidence, f"{kind} {value}")


def best(mentions: list[Mention], kind: MentionKind) -> tuple[str, float]:
    return next((each.value, each.confidence) for each in mentions if each.kind == kind)


def test_what_both_have_heard_is_surer_than_either() -> None:
    assert best(combined([said("street", "1", 0.6)], [said("street", "1", 0.5)]), "street") == ("1", 0.7)


def test_what_the_grammar_alone_has_heard_is_worth_reading_back() -> None:
    assert best(combined([said("topic", "lift", 0.9)], [said("street", "1", 0.95)]), "street") == ("1", 0.5)


def test_what_the_grammar_alone_has_heard_badly_was_no_address() -> None:
    first = [said("topic", "lift", 0.9)]
    assert combined(first, [said("street", "1", 0.6), said("house", "45", 0.4)]) == first


def test_where_they_disagree_the_free_pass_stands_and_is_not_certain() -> None:
    mentions = combined([said("house", "40", 0.9)], [said("house", "45", 0.9)])
    assert [(each.value, each.confidence) for each in mentions] == [("40", 0.79), ("45", 0.5)]


def test_a_mumble_gives_way_to_what_the_grammar_has_heard() -> None:
    assert best(combined([said("street", "1", 0.3)], [said("street", "2", 0.9)]), "street") == ("2", 0.5)


def test_only_what_belongs_to_an_address_is_taken_from_the_second_pass() -> None:
    first = [said("topic", "lift", 0.5)]
    assert combined(first, [said("topic", "heating", 1.0), said("emergency", "fire", 1.0)]) == first


@given(st.lists(MENTIONS, max_size=5), st.lists(MENTIONS, max_size=5))
def test_nothing_becomes_certain_that_the_free_pass_has_not_heard(first: list[Mention], second: list[Mention]) -> None:
    mentions = combined(first, second)
    heard = {(each.kind, each.value) for each in first}
    assert all((each.kind, each.value) in heard for each in mentions if each.confidence >= CERTAIN)
    assert all(0 <= each.confidence <= 1 for each in mentions)
    assert combined(first, []) == [
        *[each for each in first if each.kind not in ("street", "house", "flat", "entrance", "floor")],
        *[e for kind in ("street", "house", "flat", "entrance", "floor") for e in first if e.kind == kind],
    ]
