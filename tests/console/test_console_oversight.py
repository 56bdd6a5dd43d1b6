"""Notices, webhooks and the audit in a real browser before the invented server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from kit.console import Visit


@pytest.fixture
def boss(office: Visit) -> Page:
    page: Page = office.as_("dana")
    page.get_by_role("navigation").get_by_role("link", name="Oversight").click()
    return page


def tab(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).check(force=True)


def test_what_was_not_told_is_found_and_told_again(boss: Page) -> None:
    """P18: who was told what is seen, and nothing goes out twice unless a person says so."""
    expect(boss.locator("[data-notice]")).to_have_count(50)
    boss.get_by_role("button", name="Show more").click()
    expect(boss.locator("[data-notice]")).to_have_count(100)
    tab(boss, "Not told or unclear")
    expect(boss.locator("[data-notice][data-state=sent]")).to_have_count(0)
    unclear = boss.locator("[data-notice][data-state=unclear]").first
    key = unclear.get_attribute("data-notice")
    unclear.get_by_role("button", name="Tell again").click()
    unclear.get_by_role("button", name="Yes").click()
    expect(boss.locator(f"[data-notice='{key}']")).to_have_attribute("data-state", "pending")


def test_a_webhook_is_added_with_its_secret_shown_once_and_tested(boss: Page) -> None:
    tab(boss, "Webhooks")
    expect(boss.locator("[data-webhook='2']")).to_have_attribute("data-state", "failing")
    boss.get_by_role("button", name="New webhook").click()
    dialog = boss.get_by_role("dialog")
    dialog.get_by_label("Address").fill("https://lights.example/hook")
    dialog.get_by_label("Events").fill("lamp")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator("[data-secret]")).to_have_count(0)  # no event is called so
    dialog.get_by_label("Events").fill("ticket.*, outage.open")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator("[data-secret]")).to_contain_text("whsec_")
    dialog.get_by_role("button", name="Close").last.click()
    made = boss.locator("[data-webhook]", has_text="lights.example")
    expect(made).to_contain_text("ticket.*, outage.open")
    made.get_by_role("button", name="Test").click()
    expect(made.locator("[data-delivery='webhook.test']")).to_contain_text("answer 200")
    made.get_by_role("button", name="Switch off").click()
    expect(made).to_have_attribute("data-state", "off")
    made.get_by_role("button", name="Remove the webhook").click()
    made.get_by_role("button", name="Yes").click()
    expect(made).to_have_count(0)


def test_the_audit_is_narrowed_to_one_person_and_one_kind_and_can_be_sent_on(boss: Page) -> None:
    tab(boss, "Audit")
    expect(boss.locator("[data-look]")).to_have_count(100)
    boss.get_by_label("Who (login)").fill("aigul")
    boss.get_by_label("Who (login)").press("Enter")
    boss.get_by_label("What").select_option("ticket")
    expect(boss.locator("[data-look]").first).to_be_visible()
    expect(boss.locator("[data-look]:not([data-look=ticket])")).to_have_count(0)
    boss.reload()
    expect(boss.get_by_label("Who (login)")).to_have_value("aigul")
    number = boss.locator("[data-look=ticket]").first.get_by_role("link")
    number.click()
    expect(boss.get_by_role("heading", name=re.compile("Ticket"))).to_be_visible()


def test_it_is_the_managers_alone_and_fits_a_phone(office: Visit) -> None:
    page = office.as_("aigul")
    expect(page.get_by_role("link", name="Tickets")).to_be_visible()
    expect(page.get_by_role("link", name="Oversight")).to_have_count(0)
    boss = office.as_("dana", width=390, height=844)
    boss.evaluate("localStorage.setItem('kezek.language', 'uk')")
    boss.reload()
    for address in ("notices", "webhooks", "audit"):
        boss.evaluate("(address) => { location.hash = `#/${address}` }", address)
        expect(boss.locator("[data-state=there]")).to_be_visible()
        assert boss.evaluate("document.documentElement.scrollWidth") <= 390, address
