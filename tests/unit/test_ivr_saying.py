"""Moments, numbers and matters as prompts; names, quiet hours and shares of the calls that tell people something."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek_ivr import saying
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.notice_rules import TellingSettings, call_of, free_lines, key_of, next_attempt, quiet_until
from kezek_ivr.prompts import LANGUAGES, SUBJECTS, prompt_texts
from kezek_telephony.wording import CALL, prompt_files

ALMATY = ZoneInfo("Asia/Almaty")
NOW = datetime(2026, 11, 22, 15, 7, tzinfo=ALMATY)
KNOWN = set(Dialogue.load().prompts())


@pytest.mark.parametrize(
    ("at", "past", "said"),
    [
        (NOW, False, ("day/today", "clock/15", "minute/10")),
        (NOW, True, ("day/today", "clock/15", "minute/5")),
        (NOW.replace(hour=18, minute=58), False, ("day/today", "clock/19")),
        (NOW.replace(hour=23, minute=58), False, ("day/tomorrow", "clock/0")),
        (NOW - timedelta(days=1), True, ("day/yesterday", "clock/15", "minute/5")),
        (datetime(2026, 12, 3, 3, 0, tzinfo=UTC), False, ("date/3", "month/12", "clock/8")),
    ],
)
def test_a_moment_is_said_by_the_clock_of_the_town_to_five_minutes(
    at: datetime, past: bool, said: tuple[str, ...]
) -> None:
    assert saying.moment(at, NOW, "ru", past=past) == said


def test_a_korean_date_begins_with_its_month() -> None:
    assert saying.moment(datetime(2026, 12, 3, 8, 0, tzinfo=ALMATY), NOW, "ko") == ("month/12", "date/3", "clock/8")


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1)), st.booleans())  # noqa: DTZ001
def test_every_moment_has_its_prompts(at: datetime, past: bool) -> None:
    assert set(saying.moment(at.replace(tzinfo=UTC), NOW, "kk", past=past)) <= KNOWN


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_parts_of_a_moment_sound_alike(language: str) -> None:
    texts = prompt_texts(language)
    for kind, count in (("clock", 24), ("date", 31), ("month", 12), ("minute", 11)):
        assert len({text for name, text in texts.items() if name.startswith(f"{kind}/")}) == count


@pytest.mark.parametrize(
    ("topic", "said"),
    [("heating", "heating"), ("heating.none", "heating"), ("gas_leak", "gas"), ("", "other"), ("x", "other")],
)
def test_a_matter_is_said_as_the_nearest_that_has_words(topic: str, said: str) -> None:
    assert saying.matter(topic, SUBJECTS) == f"subject/{said}"


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789:+-_.", min_size=1, max_size=72))
def test_a_call_that_tells_something_is_named_by_its_notice(key: str) -> None:
    assert CALL.fullmatch(call_of(key))
    assert key_of(call_of(key)) == key


def test_a_key_that_no_channel_can_bear_is_refused() -> None:
    for wrong in ("", "x" * 73):
        with pytest.raises(ValueError, match="no key"):
            call_of(wrong)
    with pytest.raises(ValueError, match="no call"):
        key_of("cb-1")


@pytest.mark.parametrize(
    ("hour", "quiet", "until"),
    [
        (20, ("21:00", "08:00"), None),
        (21, ("21:00", "08:00"), datetime(2026, 11, 23, 8, 0, tzinfo=ALMATY)),
        (3, ("21:00", "08:00"), datetime(2026, 11, 22, 8, 0, tzinfo=ALMATY)),
        (8, ("21:00", "08:00"), None),
        (13, ("12:00", "14:00"), datetime(2026, 11, 22, 14, 0, tzinfo=ALMATY)),
        (3, ("00:00", "00:00"), None),
    ],
)
def test_quiet_hours_end_in_the_morning(hour: int, quiet: tuple[str, str], until: datetime | None) -> None:
    hours = time.fromisoformat(quiet[0]), time.fromisoformat(quiet[1])
    assert quiet_until(NOW.replace(hour=hour, minute=0), hours) == until


def test_live_callers_keep_their_share() -> None:
    settings = TellingSettings("one", at_once=4, lines=20, reserve=5)
    assert [free_lines(busy, live, settings) for busy, live in ((0, 0), (3, 0), (4, 0), (0, 13), (2, 13), (0, 99))] == [
        4, 1, 0, 2, 0, 0,
    ]  # fmt: skip
    assert free_lines(1, 999, TellingSettings("one")) == 3, "of a trunk of which nobody knows how many it carries"


def test_attempts_have_an_end() -> None:
    settings = TellingSettings("one", retries_s=(60.0, 600.0))
    assert [next_attempt(count, NOW, settings) for count in (1, 2, 3)] == [
        NOW + timedelta(minutes=1), NOW + timedelta(minutes=10), None,
    ]  # fmt: skip


def test_files_for_a_service_fit_into_one_order_and_climb_nowhere() -> None:
    assert prompt_files("/p", "kk", ["handed_over", "number/7"]) == "/p/kk/handed_over&/p/kk/number/7"
    assert prompt_files("/p", "kk", []) == ""
    assert len(prompt_files("/p", "kk", ["number/7"] * 500)) <= 900
    for evil in ("../x", "a&b", "a,b", ""):
        with pytest.raises(ValueError, match="no prompt"):
            prompt_files("/p", "kk", [evil])
