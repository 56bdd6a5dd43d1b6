"""The storm board before a whole node: seen, confirmed, restored; the rung moves; a bulletin goes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from kezek_register import Register
from kezek_register.areas import Area
from kit.console import Backend, Visit
from kit.storm_town import suspicion


@pytest.fixture
def boss(browser_here: Browser, backend: Backend) -> Iterator[Page]:
    """Also asks that no page has thrown anything."""
    visit = Visit(browser_here, backend.base, language="en")
    page = visit.as_("dana")
    page.get_by_role("link", name="Storm").click()
    yield page
    visit.close()
    assert visit.errors == []


async def _suspect(sqlite: Path, street: int) -> int:
    now = datetime.now(UTC)
    found = suspicion(
        topic="cold_water", areas=(Area("street", street_id=street),), first_at=now, last_at=now, grown=((now, 32),)
    )
    async with Register.open(f"sqlite+aiosqlite:///{sqlite}") as register:
        return (await register.suspicions.write(replace(found, id="d-board"))).id


def test_a_storm_is_worked_off_from_the_board(boss: Page, backend: Backend, tmp_path: Path) -> None:
    """P18: each press goes through the doors, and what comes of it is seen without another."""
    expect(boss.locator("[data-calm]")).to_be_visible()
    street = boss.request.get("/api/addresses?q=tree").json()["addresses"][0]["street"]["id"]
    backend.do(_suspect(tmp_path / "kezek.sqlite", street))
    found = boss.locator("[data-suspicion]")
    expect(found).to_be_visible()
    found.locator("[data-act=word]").click()
    word = boss.get_by_role("dialog")
    word.get_by_role("radio", name="It really is out").check()
    word.get_by_label("Whose crew").select_option(index=1)
    word.get_by_role("button", name="Save").click()
    expect(found.locator("[data-word=out]")).to_contain_text("dana")
    found.locator("[data-act=confirm]").click()
    boss.get_by_role("dialog").get_by_role("radio", name="in 2 h").check(force=True)
    boss.keyboard.press("Enter")
    outage = boss.locator("[data-outages] [data-outage]")
    expect(outage).to_be_visible()
    expect(found).to_have_count(0)
    expect(boss.locator("[data-what=confirmed]")).to_contain_text("dana")
    rung = boss.locator("[data-rung]")
    rung.locator("[data-act=up]").click()
    boss.keyboard.type("Half of the town is dry")
    boss.keyboard.press("Enter")
    expect(rung).to_have_attribute("data-rung", "elevated")
    expect(rung).to_contain_text("Half of the town is dry")
    boss.get_by_role("button", name="New bulletin").click()
    boss.keyboard.type("Water is brought to school five")
    boss.get_by_role("dialog").locator("[data-act=publish]").click()
    expect(boss.locator("[data-bulletin][data-is=on]")).to_contain_text("school five")
    outage.locator("[data-act=restore]").click()
    dialog = boss.get_by_role("dialog")
    dialog.locator("fieldset input").check()
    dialog.get_by_role("button", name="Restored in part").click()
    expect(outage).to_have_count(0)  # nothing is left of it
    over = boss.locator("[data-over]")
    over.get_by_role("button", name="Reopen").click()
    over.get_by_role("button", name="Yes").click()
    expect(outage).to_be_visible()
    outage.get_by_role("link").click()
    expect(boss.locator("[data-restoration]")).to_contain_text("taken back")
    boss.get_by_role("link", name="Report", exact=True).click()
    expect(boss.locator("[data-report]")).to_contain_text("Confirmed")
