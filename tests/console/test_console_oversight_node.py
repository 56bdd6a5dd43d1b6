"""Emergencies, reports, notices, webhooks and the audit before a whole node with the sample town."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from kezek_queue import End
from kit.api import Line, notes
from kit.console import Backend, Visit


@pytest.fixture
def english(browser_here: Browser, backend: Backend) -> Iterator[Visit]:
    """Also asks that no page has thrown anything."""
    visit = Visit(browser_here, backend.base, language="en")
    yield visit
    visit.close()
    assert visit.errors == []


def show(page: Page, address: str) -> None:
    page.evaluate("(address) => { location.hash = address }", f"#/{address}")


def test_an_emergency_is_told_in_the_towns_language_and_its_outcome_comes_back(
    english: Visit, backend: Backend
) -> None:
    page = english.desk()
    line = backend.do(Line(backend.queues, "c1").waits(notes(emergency={"how": "digit"})))
    offer = backend.do(line.talks())
    expect(page.locator("article[data-phase=talking] [data-emergency]")).to_contain_text("the caller pressed the digit")
    page.get_by_role("radio", name=re.compile("^104")).check(force=True)
    inside = page.locator("[data-question=people_inside]")
    inside.get_by_role("button", name="No", exact=True).click()
    with page.expect_response(
        lambda one: one.url.endswith("/api/emergencies") and one.request.method == "POST"
    ) as told:
        page.get_by_role("button", name="Hand over to 104").click()
    words = told.value.json()["context"]
    assert "Жоқ." in words  # the site's own language: the screen's is English
    backend.do(backend.queues.finish("c1", offer, wrap_up=60))
    backend.do(backend.queues.end("c1", End.ANSWERED))
    expect(page.locator("[data-handed=gas]")).to_be_visible()
    boss = english.as_("dana")
    show(boss, "emergencies")
    expect(boss.locator("[data-emergency]")).to_contain_text(words)
    boss.get_by_label("What came of it").fill("The valve is shut")
    boss.get_by_role("button", name="Write the outcome down").click()
    expect(boss.locator("[data-emergency]")).to_have_count(0)
    expect(page.locator("[data-outcome]")).to_contain_text("The valve is shut")  # at the desk too, by itself


def test_reports_count_what_was_registered_in_the_screens_words_and_as_files(english: Visit) -> None:
    boss = english.as_("dana")
    expect(boss.get_by_role("link", name="Reports")).to_be_visible()
    for house in ("4", "8"):
        ticket = {"topic": "cold_water", "street_id": 1, "house": house, "kind": "incident", "channel": "manual"}
        assert boss.request.post("/api/tickets", data=ticket).status == 201
    show(boss, "reports?by=organisation")
    line = boss.locator("[data-line=vodokanal]")
    expect(line).to_contain_text("Waterworks")  # dana's own language is Russian
    expect(line.locator("td").first).to_have_text("2")
    expect(boss.get_by_role("figure").first).to_be_visible()
    href = boss.get_by_role("link", name="CSV").get_attribute("href") or ""
    assert "Waterworks" in boss.request.get(href).text()
    boss.get_by_role("radio", name="Day summary").check(force=True)
    expect(boss.locator("[data-total=registered]")).to_contain_text("2")
    expect(boss.locator("[data-part=organisation]")).to_contain_text("Waterworks")


def test_a_webhook_is_tried_and_every_look_stands_in_the_audit(english: Visit, backend: Backend) -> None:
    boss = english.as_("dana")
    boss.get_by_role("navigation").get_by_role("link", name="Oversight").click()
    expect(boss.get_by_text("No notices like that.")).to_be_visible()
    boss.get_by_role("radio", name="Webhooks").check(force=True)
    boss.get_by_role("button", name="New webhook").click()
    dialog = boss.get_by_role("dialog")
    dialog.get_by_label("Address").fill("http://127.0.0.1:9/nobody")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.locator("[data-secret]")).to_contain_text("whsec_")
    dialog.get_by_role("button", name="Close").last.click()
    made = boss.locator("[data-webhook]")
    made.get_by_role("button", name="Test").click()
    expect(made.locator("[data-delivery='webhook.test']")).to_contain_text("no answer")
    boss.get_by_role("radio", name="Audit").check(force=True)
    expect(boss.locator("[data-look=webhook_added]")).to_contain_text("dana")
    boss.get_by_label("What").select_option("notices")
    expect(boss.locator("[data-look=notices]")).to_have_count(1)
    expect(boss.locator("[data-look=webhook_added]")).to_have_count(0)
