"""A manager at the console in a real browser, beside a test that has its own loop: Playwright's async API."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright, expect

from kezek_api.app import STATIC
from kit.api import PASSWORD
from kit.browser import NAMES

LIMIT_S = 20.0
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

expect.set_options(timeout=LIMIT_S * 1000)


def browser_or_skip() -> str:
    """The machine's own Chromium. Skips by name where there is none, or no built console."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("console: no Chromium on this machine")
    if not (STATIC / "index.html").is_file():
        pytest.skip("console: not built (npm ci && npm run build in api/console)")
    return found


@contextlib.asynccontextmanager
async def manager_page(base: str, login: str, view: str, *, language: str = "ru") -> AsyncIterator[Page]:
    """Signed in, at `#/view`. At the end it is also asked that the page has thrown nothing."""
    errors: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_or_skip(), args=ARGUMENTS)
        try:
            context = await browser.new_context(
                base_url=base, viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
            )
            await context.add_init_script(f"localStorage.setItem('kezek.language', '{language}')")
            page = await context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            await page.goto("/")
            await page.locator("#login").fill(login)
            await page.locator("#password").fill(PASSWORD)
            await page.locator("form .main").click()
            await page.locator(f"a[href='#/{view}']").first.click()
            yield page
        finally:
            await browser.close()
    assert errors == []
