"""The manager's pages in a real browser before the invented server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kit.console import Visit
from kit.console_fake import Fake


@pytest.fixture
def boss(office: Visit) -> Page:
    page = office.as_("dana")
    expect(page.locator("[data-figure=waiting] .value")).to_have_text("9")
    return page


def visit(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=name).click()


def number(text: str | None) -> int:
    return int(re.sub(r"\D", "", text or "") or 0)


def test_the_five_service_levels_stand_side_by_side(boss: Page) -> None:
    levels = boss.locator("[data-level]")
    expect(levels).to_have_count(5)
    expect(levels.nth(2)).to_contain_text("78%")
    expect(boss.locator("[data-fact=aht]")).to_contain_text("3:34")
    expect(boss.locator("[data-queue=lifts]")).to_contain_text("closed")
    expect(boss.locator("[data-queue=heat]")).to_contain_text("4:20")


def test_a_manager_listens_whispers_and_leaves(boss: Page) -> None:
    line = boss.locator("[data-operator=op1]")
    line.get_by_role("button", name="Listen").click()
    expect(boss.get_by_text("You are listening to Ержан Қалиұлы")).to_be_visible()
    line.get_by_role("button", name="Whisper").click()
    expect(line.get_by_role("button", name="Whisper")).to_have_attribute("aria-pressed", "true")
    boss.reload()
    expect(boss.get_by_text("You are heard by Ержан Қалиұлы alone")).to_be_visible()
    boss.get_by_role("button", name="Stop").click()
    expect(boss.get_by_text("You are heard by")).to_have_count(0)
    expect(boss.locator("[data-operator=op2]").get_by_role("button", name="Listen")).to_have_count(0)


def test_an_operator_is_signed_out_only_when_sure(boss: Page) -> None:
    line = boss.locator("[data-operator=op2]")
    line.get_by_role("button", name="Sign Олександр Бойко out").click()
    expect(line.get_by_role("button", name="No")).to_be_focused()
    boss.keyboard.press("Escape")
    expect(line.get_by_role("button", name="Yes")).to_have_count(0)
    line.get_by_role("button", name="Sign Олександр Бойко out").click()
    with boss.expect_request("**/api/operators/op2/sign-out"):
        line.get_by_role("button", name="Yes").click()


def test_the_figures_add_up_sort_and_go_into_a_file(boss: Page) -> None:
    """P5: the totals are those of the rows, and every call is accounted for."""
    visit(boss, "Figures")
    boss.get_by_role("radio", name="7 days").check(force=True)
    expect(boss.locator("[data-holds=true]")).to_contain_text("no call is lost")
    boss.get_by_role("radio", name="By queue").check(force=True)
    boss.get_by_role("radio", name="Whole period").check(force=True)
    expect(boss.locator("tbody tr")).to_have_count(3)
    offered = [number(text) for text in boss.locator("tbody tr td:nth-child(2)").all_text_contents()]
    assert sum(offered) == number(boss.locator("[data-total=offered]").text_content())

    boss.get_by_role("button", name="Offered").click()
    expect(boss.locator("th[aria-sort=descending]")).to_contain_text("Offered")
    boss.get_by_role("button", name="Offered").click()
    expect(boss.locator("tbody tr td:nth-child(2)").first).to_have_text(re.compile(rf"^{min(offered)}$|,"))
    boss.get_by_role("radio", name="Service level").check(force=True)
    expect(boss.locator("tfoot")).to_contain_text("%")
    boss.reload()
    expect(boss.locator("tbody tr")).to_have_count(3)
    expect(boss.get_by_role("radio", name="By queue")).to_be_checked()

    with boss.expect_download() as saved:
        boss.get_by_role("button", name="Save as CSV").click()
    lines = Path(saved.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("since,until,queue,operator,offered")
    assert len(lines) == 1 + 3 + 1


def test_an_address_leads_to_its_page_past_the_sign_in(office: Visit) -> None:
    page = office()
    page.goto("/#/figures?by=operator&every=all&set=work")
    page.locator("#login").fill("dana")
    page.locator("#password").fill("any")
    page.locator("form .main").click()
    expect(page.locator("tbody tr").first).to_contain_text("Айгүл Сәрсенова")


def test_staffing_says_which_hour_is_short(boss: Page) -> None:
    visit(boss, "Staffing")
    expect(boss.locator("tbody tr")).to_have_count(8)
    boss.get_by_role("radio", name="12 h").check(force=True)
    expect(boss.locator("tbody tr")).to_have_count(12)
    expect(boss.get_by_role("status").filter(has_text="signed in altogether")).to_be_visible()
    boss.get_by_label("Queue").select_option("lifts")
    expect(boss).to_have_url(re.compile("queue=lifts"))


def test_a_caller_who_left_is_called_back_once(boss: Page) -> None:
    """P13, P12: 'reached again' is marked; whoever is called back waits in the line at the place he had."""
    visit(boss, "Missed callers")
    expect(boss.locator("[data-call]").first).to_have_attribute("data-call", "a-6")  # cut by a failure: the first
    expect(boss.locator("[data-part=cut]")).to_contain_text("call these first")
    expect(boss.locator("[data-call=a-2]")).to_contain_text("called again")
    expect(boss.locator("[data-call=a-3]")).to_contain_text("cannot be called back")
    boss.locator("[data-call=a-1]").get_by_role("button", name="Call back").click()
    expect(boss.locator("[data-call=a-1]")).to_have_attribute("data-fate", "pending")
    boss.get_by_role("radio", name="Callbacks").check(force=True)
    mine = boss.locator("[data-call=cb-a-1]")
    expect(mine).to_contain_text("In the line")
    expect(boss.locator("[data-state=later]")).to_contain_text(re.compile(r"attempts: 2.*next try in \d", re.S))
    mine.get_by_role("button", name="Cancel").click()
    mine.get_by_role("button", name="Yes").click()
    expect(mine).to_have_count(0)


def test_a_calls_legs_are_shown_and_nothing_is_listened_to_unasked(boss: Page) -> None:
    """P5: who spoke, how it went on; the recording is fetched by a press alone, for each look is audited."""
    heard: list[str] = []
    boss.on("request", lambda request: heard.append(request.url) if "/api/recordings/" in request.url else None)
    visit(boss, "Calls")
    boss.get_by_placeholder("Number, ticket").fill("26-000130")
    boss.locator("[data-call=h-3] button").first.click()
    expect(boss.locator("[data-call=h-3] ol li")).to_have_count(3)
    expect(boss.locator("[data-call=h-3] ol")).to_contain_text("handed over")
    assert heard == []
    boss.get_by_role("button", name="Play the recording").click()
    expect(boss.locator("audio")).to_be_visible()
    boss.get_by_placeholder("Number, ticket").fill("555 01 07")
    boss.locator("[data-call=h-6] button").first.click()
    boss.locator("[data-call=h-6]").get_by_role("button", name="Play the recording").click()
    expect(boss.get_by_text("There is no recording any more.")).to_be_visible()


def test_pages_without_an_answer_say_so_and_can_be_asked_again(boss: Page, fake: Fake) -> None:
    fake.play("broken")
    visit(boss, "Calls")
    expect(boss.get_by_role("alert").filter(has_text="does not answer")).to_be_visible()
    fake.play("broken", "empty")
    boss.get_by_role("button", name="Try again").click()
    expect(boss.get_by_text("No calls in this period.")).to_be_visible()


def test_a_phones_width_holds_every_page(office: Visit) -> None:
    boss = office.as_("dana", width=390, height=844)
    expect(boss.locator("[data-figure=ready]")).to_be_visible()
    for page in ("", "figures?by=operator&every=all", "staffing", "abandoned", "callbacks", "calls"):
        boss.evaluate("(page) => { location.hash = `#/${page}` }", page)
        expect(boss.locator("[data-figure=ready], [data-state=there]").first).to_be_visible()
        assert boss.evaluate("document.documentElement.scrollWidth") <= 390, page
