"""The electronic register's pages before a whole node: its doors, its database, the sample town."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from kit.console import Backend, Visit

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PHOTO: FilePayload = {"name": "hinge.png", "mimeType": "image/png", "buffer": PIXEL}


@pytest.fixture
def boss(browser_here: Browser, backend: Backend) -> Iterator[Page]:
    """Also asks that no page has thrown anything."""
    visit = Visit(browser_here, backend.base, language="en")
    page = visit.as_("dana")
    expect(page.get_by_role("link", name="Tickets")).to_be_visible()
    yield page
    visit.close()
    assert visit.errors == []


def show(page: Page, address: str) -> None:
    page.evaluate("(address) => { location.hash = address }", f"#/{address}")


def find(page: Page, words: str) -> None:
    field = page.get_by_role("combobox", name=re.compile("Address|Street"))
    field.fill(words)
    expect(page.locator("li[role=option]:not(.none)").first).to_be_visible()
    field.press("Enter")


def test_a_ticket_by_hand_finds_its_executor_and_goes_on_to_another(boss: Page) -> None:
    show(boss, "new-ticket")
    find(boss, "tree 8")
    boss.get_by_label("Topic").select_option("cold_water")
    expect(boss.locator("[data-answer=vodokanal]")).to_be_visible()
    boss.get_by_label("What was said").fill("Water runs down the street")
    boss.get_by_role("button", name="Register").click()
    boss.get_by_role("link", name="Open the ticket").click()
    expect(boss.locator(".marks [data-state=assigned]")).to_be_visible()
    expect(boss.locator(".marks [data-clock=running]")).to_be_visible()
    boss.locator("[data-move=hand_on]").click()
    dialog = boss.get_by_role("dialog")
    dialog.get_by_label("To whom").select_option("housing")
    dialog.get_by_label("Reason").fill("Inside the house")
    dialog.get_by_role("button", name="Hand on").click()
    expect(boss.locator("[data-what=hand_on]")).to_contain_text(
        re.compile("Housing department.*Inside the house", re.S)
    )
    boss.get_by_label("New note").fill("The key is with the caretaker")
    boss.get_by_role("button", name="Add the note").click()
    expect(boss.locator("[data-what=note]")).to_be_visible()
    show(boss, "tickets?organisation=housing")
    expect(boss.locator("[data-ticket]")).to_have_count(1)


def test_an_executor_is_given_a_ticket_and_reports_it_with_a_photo(
    boss: Page, browser_here: Browser, backend: Backend
) -> None:
    show(boss, "new-ticket")
    boss.get_by_label("What was said").fill("The door does not close")
    boss.get_by_role("button", name="Register").click()
    boss.get_by_role("link", name="Open the ticket").click()
    boss.locator("[data-move=assign]").click()
    boss.get_by_role("dialog").get_by_label("To whom").select_option("test-works")
    boss.get_by_role("dialog").get_by_role("button", name="Assign").click()
    expect(boss.locator(".marks [data-state=assigned]")).to_be_visible()
    his = Visit(browser_here, backend.base, language="en")
    page = his.as_("erlan", width=390, height=844)
    page.locator("[data-ticket]").click()
    page.get_by_role("button", name="Accept").click()
    page.locator("[data-move=report]").click()
    report = page.locator("form", has=page.get_by_role("button", name="Send the report"))
    report.get_by_label("What was done").fill("New hinges")
    report.locator("input[type=file]").set_input_files(PHOTO)
    expect(report.get_by_alt_text("Photo: hinge.png")).to_be_visible()
    report.get_by_role("button", name="Send the report").click()
    expect(page.locator(".marks [data-state=reported]")).to_be_visible()
    expect(page.get_by_alt_text("Photo: New hinges")).to_be_visible()
    his.close()
    assert his.errors == []
    boss.reload()
    expect(boss.get_by_alt_text("Photo: New hinges")).to_be_visible()
    boss.locator("[data-move=verify]").click()
    expect(boss.locator(".marks [data-state=closed]")).to_be_visible()


def test_an_outage_is_announced_said_at_its_address_and_closed(boss: Page) -> None:
    show(boss, "outage")
    boss.get_by_label("Topic").select_option("heating")
    boss.get_by_role("radio", name="street").check(force=True)
    find(boss, "tree")
    expect(boss.locator("[data-concerned]")).not_to_have_attribute("data-concerned", "0")
    boss.get_by_role("button", name="Announce").click()
    boss.get_by_role("button", name="Yes").click()
    expect(boss.locator("[data-phase=now]")).to_be_visible()
    expect(boss.locator("[data-scope=street]")).to_contain_text("Древесная")  # in the language of who is signed in
    step = boss.locator("[data-step] button").first
    step.click()
    expect(boss.locator("[data-step].done")).to_have_count(1)
    show(boss, "new-ticket")
    find(boss, "tree 8")
    expect(boss.locator("[data-outage]")).to_contain_text("heating")
    boss.get_by_label("Topic").select_option("heating")
    boss.get_by_role("button", name="Register").click()
    boss.get_by_role("link", name="Open the ticket").click()
    expect(boss.locator("[data-outage]")).to_contain_text("Tied to outage")
    boss.locator("[data-outage] a").first.click()
    boss.get_by_role("button", name="It is over").click()
    dialog = boss.get_by_role("dialog")
    expect(dialog.locator("[data-tells]")).to_be_visible()
    dialog.get_by_role("button", name="It is over").click()
    expect(boss.locator("[data-phase=restored]")).to_be_visible()


def test_organisations_and_rules_are_changed_and_checked(boss: Page) -> None:
    show(boss, "organisations")
    expect(boss.locator("[data-organisation=vodokanal]")).to_contain_text("Waterworks")
    boss.locator("[data-organisation=vodokanal]").get_by_role("button", name="Change").click()
    dialog = boss.get_by_role("dialog")
    dialog.get_by_label("Name, English").fill("City waterworks")
    dialog.get_by_role("button", name="Save").click()
    expect(boss.locator("[data-organisation=vodokanal]")).to_contain_text("City waterworks")
    show(boss, "duties?kind=water_pipe")
    find(boss, "tree 8")
    expect(boss.locator("[data-asset=water_pipe]")).to_contain_text("City waterworks")
    expect(boss.locator("[data-finding], .fine").first).to_be_visible()
    boss.get_by_role("button", name="New rule").click()
    dialog.get_by_label("Executor").select_option("housing")
    find_in = dialog.get_by_role("combobox", name="Address")
    find_in.fill("tree 8")
    expect(dialog.locator("li[role=option]:not(.none)").first).to_be_visible()
    find_in.press("Enter")
    dialog.get_by_role("button", name="Save").click()
    expect(boss.locator("[data-duty]")).to_have_count(2)
