"""A whole node in a thread of its own, and a browser in front of it: Playwright's sync API owns the test's thread."""

from __future__ import annotations

import asyncio
import re
import shutil
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from kezek_api.app import STATIC
from kezek_api.settings import Settings
from kezek_queue import RedisQueues
from kezek_register import Register, load_sample
from kit.api import PASSWORD, base_of, engine, fill, living_in, settings_for, until
from kit.browser import chromium
from kit.valkey import Valkey, site, valkey

__all__ = ["backend", "browser_here", "site", "town_file", "valkey", "visit"]  # the fixtures

LIMIT_S = 20.0
PHONES = {"201", "202"}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

expect.set_options(timeout=LIMIT_S * 1000)


class Backend:
    """A node with the sample town. `do` runs a coroutine in its loop, `stop` and `start` restart it on one port."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._up = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="backend", daemon=True)
        self._leave = asyncio.Event()
        self._living: Any = None
        self.queues: RedisQueues
        self.base = ""

    def __enter__(self) -> Backend:
        self._thread.start()
        self.queues = engine(self._settings)
        self.do(self.queues.__aenter__())
        self.do(self.queues.phones(PHONES))
        try:
            self.start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._end()

    def _end(self) -> None:
        self.do(self.queues.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LIMIT_S)
        self._loop.close()

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LIMIT_S)

    def start(self) -> None:
        self._up.clear()
        self._leave = asyncio.Event()
        self._living = asyncio.run_coroutine_threadsafe(self._live(), self._loop)
        while not self._up.wait(0.05):
            if self._living.done():
                self._living.result()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._leave.set)
        if self._living is not None:
            self._living.result(LIMIT_S)
            self._living = None

    async def _live(self) -> None:
        async with living_in(self._settings) as house:
            await until(lambda: house.health.parts["sql"].ok)
            self.base = base_of(house)
            self._settings = self._settings.model_copy(update={"http_listen": f"127.0.0.1:{house.port}"})
            self._up.set()
            await self._leave.wait()


class Visit:
    """Opens pages of the server at `base`, each in a browser profile of its own; `language`: chosen beforehand."""

    def __init__(self, browser: Browser, base: str, language: str = "") -> None:
        self._browser = browser
        self._base = base
        self._language = language
        self._contexts: list[BrowserContext] = []
        self.errors: list[str] = []

    def __call__(self, width: int = 1440, height: int = 900) -> Page:
        """The sign-in page."""
        context = self._browser.new_context(
            base_url=self._base, viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        self._contexts.append(context)
        if self._language:
            context.add_init_script(
                f"localStorage.getItem('kezek.language') ?? localStorage.setItem('kezek.language', '{self._language}')"
            )
        page = context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto("/")
        return page

    def as_(self, login: str, width: int = 1440, height: int = 900) -> Page:
        page = self(width, height)
        sign_in(page, login)
        return page

    def desk(self, login: str = "aigul", width: int = 1440, height: int = 900) -> Page:
        """A desk that takes calls."""
        page = self.as_(login, width, height)
        expect(page.locator(".bar")).to_have_class(re.compile("paused"))
        page.keyboard.press("Alt+r")
        expect(page.locator(".bar")).to_have_class(re.compile("ready|offered"))
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    page.locator("#login").fill(login)
    page.locator("#password").fill(password)
    page.locator("form .main").click()


def _build_town(path: Path) -> None:
    async def build() -> None:
        async with Register.open(f"sqlite+aiosqlite:///{path}") as register:
            await register.migrate()
            await load_sample(register)
            await fill(register)

    thread = threading.Thread(target=lambda: asyncio.run(build()))  # this thread's loop is Playwright's
    thread.start()
    thread.join()


@pytest.fixture(scope="session")
def town_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("console") / "kezek.sqlite"
    _build_town(path)
    return path


@pytest.fixture(scope="session")  # imported by conftest.py alone: Playwright cannot be started twice at once
def browser_here() -> Iterator[Browser]:
    """Skips by name where there is no browser or no built console."""
    path = chromium()
    if path is None:
        pytest.skip("console: no Chromium on this machine")
    if not (STATIC / "index.html").is_file():
        pytest.skip("console: not built (npm ci && npm run build in api/console)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def backend(browser_here: Browser, tmp_path: Path, town_file: Path, valkey: Valkey, site: str) -> Iterator[Backend]:
    shutil.copyfile(town_file, tmp_path / "kezek.sqlite")
    with Backend(settings_for(tmp_path, valkey.url, site)) as backend:
        yield backend


@pytest.fixture
def visit(browser_here: Browser, backend: Backend) -> Iterator[Visit]:
    """Also asks that no page has thrown anything."""
    visit = Visit(browser_here, backend.base)
    yield visit
    visit.close()
    assert visit.errors == []
