"""An emergency at the desk and afterwards, in a real browser before the invented server."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from kit.console import Visit
from kit.console_fake import Fake


def emergency(page: Page, fake: Fake) -> None:
    expect(page.locator(".chip").first).to_have_text("Connected")
    fake.play("emergency", "talking")
    expect(page.locator("article[data-phase=talking] [data-emergency=gas]")).to_be_visible()


def test_gas_is_asked_handed_over_with_its_answers_and_its_outcome_written_down(office: Visit, fake: Fake) -> None:
    """P14: what is answered stays while another page is looked at."""
    page = office.as_("aigul")
    emergency(page, fake)
    panel = page.locator("[data-emergency]")
    expect(page.locator("[data-told='1']")).to_contain_text("Hot water")
    panel.get_by_label("Where is the smell?").fill("The stairs")
    inside = panel.locator("[data-question=people_inside]")
    inside.get_by_role("button", name="Yes").click()
    inside.get_by_role("button", name="No", exact=True).click()
    expect(inside.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("navigation").get_by_role("link", name="Outages").click()
    page.get_by_role("navigation").get_by_role("link", name="Desk").click()
    expect(panel.get_by_label("Where is the smell?")).to_have_value("The stairs")
    expect(panel).to_contain_text("Answered: 2 of 5")
    panel.get_by_role("button", name="Hand over to 104").click()
    expect(page.locator("article[data-phase=wrap_up] [data-handed=gas]")).to_contain_text("Handed over to 104")
    expect(panel).to_contain_text("Где пахнет? The stairs. Внутри есть люди? Нет.")
    panel.get_by_role("button", name="The crew is on its way").click()
    panel.get_by_role("button", name="Write the outcome down").click()
    expect(panel.locator("[data-outcome]")).to_contain_text("The crew is on its way")


def test_another_service_has_its_own_number_and_questions(office: Visit, fake: Fake) -> None:
    page = office.as_("aigul")
    emergency(page, fake)
    page.get_by_role("radio", name=re.compile("101")).check(force=True)
    expect(page.get_by_label("What is burning?")).to_be_visible()
    expect(page.get_by_role("button", name="Hand over to 101")).to_be_enabled()


def test_an_emergency_without_an_outcome_waits_in_the_list_until_it_has_one(office: Visit) -> None:
    page = office.as_("dana")
    page.evaluate("location.hash = '#/outages'")
    page.get_by_role("link", name="Emergencies").click()
    waiting = page.locator("[data-emergency]")
    expect(waiting).to_have_count(2)
    expect(waiting.first).to_contain_text("104")  # the one that waits longest
    waiting.first.get_by_label("What came of it").fill("The valve was closed")
    waiting.first.get_by_role("button", name="Write the outcome down").click()
    expect(waiting).to_have_count(1)


@pytest.mark.parametrize("width", [390, 768])
def test_the_panel_and_the_list_fit_a_narrow_screen(office: Visit, fake: Fake, width: int) -> None:
    page = office.as_("aigul", width=width, height=844)
    emergency(page, fake)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("location.hash = '#/emergencies'")
    expect(page.locator("[data-emergency]")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
