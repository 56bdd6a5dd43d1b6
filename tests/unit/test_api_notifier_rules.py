"""What is written, when, and how it is signed: the pure rules of the notifier."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_api.notifier.pauses import pause_s
from kezek_api.notifier.rules import Gateway, NoticeRules
from kezek_api.notifier.signing import TOLERANCE_S, signature, verify
from kezek_api.notifier.texts import LANGUAGES, packaged, wording
from kezek_api.rules import RulesError, read
from kezek_register.notice_types import Notice, NoticeKind

ALMATY = ZoneInfo("Asia/Almaty")
WORDS = wording({}, zone=ALMATY, name="109", language="kk", most_chars=335)
TOPICS = {"heating": {"kk": "жылу", "ru": "отопление", "uk": "опалення", "en": "heating"}}
LATE = Notice(
    "k", "ticket:26-000123-4", "late", "sms", "+77009990109", "ru",
    {"number": "26-000123-4", "topic": "heating", "street": "Абая", "house": "8", "flat": "12",
     "due_at": "2026-11-20T13:00:00+00:00"},
)  # fmt: skip


def test_a_text_says_what_is_told() -> None:
    said = WORDS.of(LATE, TOPICS)
    assert said == "109: срок обращения 26-000123-4 истёк. Отопление. Абая 8, 12. Срок был: 20.11. 18:00."


def test_a_sentence_without_its_facts_is_left_out() -> None:
    said = WORDS.of(replace(LATE, told={"number": "26-000123-4", "due_at": "soon"}), TOPICS)
    assert said == "109: срок обращения 26-000123-4 истёк."


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [kind for kind in packaged() if kind not in ("states", "cancelled")])
def test_every_kind_is_said_in_every_language(kind: NoticeKind, language: str) -> None:
    told = {**LATE.told, "expected_at": "2026-11-20T13:00:00Z", "ended_at": "2026-11-20T13:00:00Z",
            "answer": "Труба", "words": "Слова", "state": "closed"}  # fmt: skip
    said = WORDS.of(replace(LATE, what=kind, language=language, told=told), TOPICS)
    assert len(said) > 20
    assert "{" not in said
    assert len(packaged()[kind][language]) == len(packaged()[kind]["ru"])


def test_planned_work_that_does_not_take_place() -> None:
    off = replace(LATE, what="restored", told={"topic": "heating", "cancelled": True})
    assert WORDS.of(off, TOPICS) == "109: отопление — плановые работы отменены."


def test_another_language_is_the_sites_and_a_long_text_is_cut() -> None:
    assert WORDS.of(replace(LATE, language="ko"), TOPICS).startswith("109: 26-000123-4 өтінішінің")
    short = replace(WORDS, most_chars=70).of(LATE, TOPICS)
    assert len(short) == 70
    assert short.endswith("…")


def test_a_site_says_its_own() -> None:
    own = wording({"late": {"ru": ("{number}!",)}}, zone=ALMATY, name="109", language="kk", most_chars=335)
    assert own.of(LATE, TOPICS) == "26-000123-4!"
    assert own.of(replace(LATE, language="en"), TOPICS).startswith("109: request 26-000123-4 is late.")


def test_pauses_grow_and_end() -> None:
    pauses = [pause_s(attempt, (10, 60, 300), "k") for attempt in (1, 2, 3)]
    assert all(0.75 * whole <= (one or 0) <= 1.25 * whole for one, whole in zip(pauses, (10, 60, 300), strict=True))
    assert pause_s(4, (10, 60, 300), "k") is None
    assert pause_s(1, (10,), "k", asked_s=120) == 120
    assert pause_s(1, (10,), "a") != pause_s(1, (10,), "b")


@given(secret=st.text(min_size=1), body=st.binary(), at=st.integers(1, 10**11), other=st.binary(min_size=1))
def test_a_signature_is_of_this_body_secret_and_moment(secret: str, body: bytes, at: int, other: bytes) -> None:
    try:
        signed = signature(secret, body, at)
    except UnicodeEncodeError:
        return
    assert verify(secret, body, signed, at + TOLERANCE_S)
    assert verify(secret, body, f"{signed},v1=00", at)
    assert not verify(secret, body + other, signed, at)
    assert not verify(secret + "x", body, signed, at)
    assert not verify(secret, body, signed, at + TOLERANCE_S + 1)


@given(st.text())
def test_a_header_of_any_kind_is_no_signature(header: str) -> None:
    assert not verify("secret", b"body", header, 0)


def test_the_signature_as_documented() -> None:
    """The vector of docs/register.md: a receiver in another language checks itself by it."""
    assert signature("whsec_test", b'{"id":1}', 1763712000) == (
        "t=1763712000,v1=a0883d9b645e971dadf721d61129d80e16c5aadedf5b3dfb2e6c26043cf5afde"
    )


def test_placeholders_are_filled_once_however_deep() -> None:
    gateway = Gateway(body={"messages": [{"to": "{number}", "n": 1}], "text": "{text} {nothing}"})
    filled = gateway.filled(gateway.body, number="+7", text="{secret}", key="k", secret="s")
    assert filled == {"messages": [{"to": "+7", "n": 1}], "text": "{secret} {nothing}"}


@pytest.mark.parametrize(("hour", "quiet"), [(21, False), (22, True), (3, True), (7, False)])
def test_nobody_is_woken_for_good_news(hour: int, quiet: bool) -> None:
    kept = NoticeRules(quiet="22:00-07:00").kept_back(datetime(2026, 11, 20, hour, 30, tzinfo=UTC))
    assert ("restored" in kept) is quiet
    assert "call_out" not in kept


@pytest.mark.parametrize(
    "wrong",
    [
        {"quiet": "late"},
        {"sms": {"url": "sms.example"}},
        {"sms": {"sent_if": "("}},
        {"sms": {"per_second": 0}},
        {"unknown": 1},
    ],
)
def test_wrong_rules_are_said_at_the_start(wrong: dict[str, object]) -> None:
    with pytest.raises(RulesError, match="notices"):
        read({"notices": wrong}, ("hotline",))
