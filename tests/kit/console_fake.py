"""The console's own sources before the invented server (api/console/dev), for flows that need no node behind them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
from playwright.sync_api import Browser

from kezek_api.provision.console import SOURCES, node_here
from kit.console import Visit

__all__ = ["Fake", "fake", "fake_server", "office"]

START_S = 60.0
VITE = SOURCES / "node_modules" / "vite" / "bin" / "vite.js"


class Fake:
    """The invented server's levers."""

    def __init__(self, base: str) -> None:
        self.base = base

    def play(self, *scenes: str) -> None:
        """What happens now, by the names of dev/scenes.ts and of dev/fake.ts."""
        for scene in scenes:
            httpx.post(f"{self.base}/fake/{scene}", timeout=10).raise_for_status()

    def answers(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(self.base, timeout=5).is_success
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _node() -> tuple[str, dict[str, str]] | None:
    """Node itself, not npm, and what its environment needs besides."""
    here = node_here()
    if here is None:
        return None
    command, more = here
    return (command[0] if len(command) > 1 else "node"), more


@pytest.fixture(scope="session")
def fake_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fake]:
    """Skips by name where the console's libraries are not installed."""
    node = _node()
    if node is None or not VITE.is_file():
        pytest.skip("console: no Node or no libraries (npm ci in api/console)")
    home = tmp_path_factory.getbasetemp() / "console-fake"
    home.mkdir(exist_ok=True)
    log = home / "vite.log"
    environment = {**os.environ, **node[1], "NO_COLOR": "1"}
    fake_mode = ("--mode", "fake", "--outDir", str(home / "built"))
    port = _free_port()
    with log.open("ab") as told:
        # built first, once: a page of one file opens many times faster than one of a hundred modules
        if not (home / "built" / "index.html").is_file():
            command = [node[0], str(VITE), "build", *fake_mode]
            built = subprocess.run(command, cwd=SOURCES, env=environment, stdout=told, stderr=told, check=False)
            assert built.returncode == 0, log.read_text()
        process = subprocess.Popen(
            [node[0], str(VITE), "preview", *fake_mode, "--host", "127.0.0.1", "--port", str(port), "--strictPort"],
            cwd=SOURCES,
            env=environment,
            stdout=told,
            stderr=told,
            start_new_session=True,
        )
    try:
        fake = Fake(f"http://127.0.0.1:{port}")
        last = time.monotonic() + START_S
        while not fake.answers():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < last, log.read_text()
            time.sleep(0.1)  # between two looks at a server that is starting
        yield fake
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # it holds nothing that must be put away
        process.wait()


@pytest.fixture
def fake(fake_server: Fake) -> Fake:
    """As it was at the beginning."""
    fake_server.play("reset")
    return fake_server


@pytest.fixture
def office(browser_here: Browser, fake: Fake) -> Iterator[Visit]:
    """Also asks that no page has thrown anything."""
    visit = Visit(browser_here, fake.base, language="en")
    yield visit
    visit.close()
    assert visit.errors == []
