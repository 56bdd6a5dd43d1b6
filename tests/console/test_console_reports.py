"""The reports' page in a real browser before the invented server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from kit.console import Visit


@pytest.fixture
def boss(office: Visit) -> Page:
    page: Page = office.as_("dana")
    page.get_by_role("navigation").get_by_role("link", name="Reports").click()
    return page


def part(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).check(force=True)


def test_the_table_is_counted_by_what_was_chosen_and_its_address_can_be_sent_on(boss: Page) -> None:
    expect(boss.locator("[data-line=heating]")).to_be_visible()
    part(boss, "Executor")
    expect(boss.locator("[data-line=teplo]")).to_contain_text("Heat company")  # in the screen's language
    expect(boss).to_have_url(re.compile("by=organisation"))
    boss.get_by_role("button", name="Overdue").click()
    expect(boss.get_by_role("columnheader", name="Overdue")).to_have_attribute("aria-sort", "descending")
    boss.reload()
    expect(boss.get_by_role("radio", name="Executor")).to_be_checked()
    expect(boss.get_by_role("figure")).to_have_count(2)
    href = boss.get_by_role("link", name="XLSX").get_attribute("href") or ""
    assert re.fullmatch(r"/api/reports\?by=organisation&since=.+&until=.+&language=en&format=xlsx", href)


def test_addresses_that_asked_again_lead_to_their_tickets(boss: Page) -> None:
    part(boss, "Repeats")
    numbers = boss.locator("[data-repeat]").first.get_by_role("link")
    expect(numbers.first).to_be_visible()
    number = numbers.first.inner_text()
    numbers.first.click()
    expect(boss.get_by_role("heading", name=f"Ticket {number}")).to_be_visible()


def test_the_day_is_one_sheet_with_what_is_late_and_prints_alone(boss: Page) -> None:
    part(boss, "Day summary")
    expect(boss.locator("[data-total=registered]")).to_contain_text(re.compile(r"\d"))
    expect(boss.locator("[data-overdue]").first.get_by_role("link")).to_have_attribute("href", re.compile("number="))
    boss.emulate_media(media="print")
    expect(boss.get_by_role("navigation")).to_be_hidden()
    expect(boss.locator(".sheet")).to_be_visible()
    boss.emulate_media(media="screen")
    boss.get_by_role("button", name="The day before").click()
    expect(boss).to_have_url(re.compile(r"part=day&day=\d{4}-\d\d-\d\d"))


def test_a_phones_width_holds_every_part(office: Visit) -> None:
    """In Russian: its words are the longest."""
    boss = office.as_("dana", width=390, height=844)
    boss.evaluate("localStorage.setItem('kezek.language', 'ru')")
    boss.reload()
    for address in ("by=organisation", "by=day", "part=repeats", "part=day"):
        boss.evaluate("(address) => { location.hash = `#/reports?${address}` }", address)
        expect(boss.locator("[data-state=there]")).to_be_visible()
        assert boss.evaluate("document.documentElement.scrollWidth") <= 390, address
