"""What `kezek serve` tells systemd, over a real datagram socket, and unit files that systemd itself finds right."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kezek_api.serve import STUCK
from kezek_api.settings import Settings
from kezek_api.systemd import Systemd
from kit.api import until
from kit.asterisk import free_port
from kit.installation import KEZEK, environment

UNITS = Path(__file__).resolve().parents[2] / "docs" / "systemd"


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """systemd's end."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        yield listening


def told(manager: socket.socket, seen: list[str]) -> list[str]:
    """All facts so far, in order."""
    while True:
        try:
            seen += manager.recv(4096).decode().split("\n")
        except BlockingIOError:
            return seen


async def test_a_node_is_ready_when_it_serves_lives_while_its_loop_turns_and_says_that_it_stops(
    node_settings: Settings, manager: socket.socket
) -> None:
    """P19: its parts are away: it is ready all the same, its status says what it waits for. Frozen, it is silent."""
    names = {"redis_url": node_settings.redis_url, "sql_url": node_settings.sql, "ami_port": "9", "ami_secret": "none"}
    more = {"fastagi_listen": "127.0.0.1:0", "sound_listen": "127.0.0.1:0", "http_listen": f"127.0.0.1:{free_port()}"}
    own = environment(node_settings.home, **names, **more, secret_key="x", mqtt_url="", speech_streams="0", drain_s="1")
    address = manager.getsockname()
    with (node_settings.home / "serve.txt").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *KEZEK, "serve", env={**own, "NOTIFY_SOCKET": address, "WATCHDOG_USEC": "600000"}, stdout=log, stderr=log
        )
    seen: list[str] = []
    try:
        await until(lambda: "READY=1" in told(manager, seen), 60)
        await until(lambda: told(manager, seen).count("WATCHDOG=1") >= 3, 20)
        await until(lambda: any("asterisk: not connected" in each for each in told(manager, seen)), 20)
        process.send_signal(signal.SIGSTOP)
        stopped = Path(f"/proc/{process.pid}/stat")
        await until(lambda: state(stopped) == "T")
        signs = told(manager, seen).count("WATCHDOG=1")
        assert told(manager, seen).count("WATCHDOG=1") == signs
        process.send_signal(signal.SIGCONT)
        await until(lambda: told(manager, seen).count("WATCHDOG=1") > signs, 20)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
        assert "STOPPING=1" in told(manager, seen)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def state(stat: Path) -> str:
    return stat.read_text().rpartition(")")[2].split()[0]


def test_without_systemd_and_with_a_deaf_one_nothing_happens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Systemd().tell("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    Systemd().tell("READY=1")
    assert "NOTIFY_SOCKET" not in os.environ, "no child shall speak for us"


def test_the_abstract_socket_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"kezek-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + name)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name)
        Systemd().tell("READY=1", "STATUS=ok")
        assert listening.recv(100) == b"READY=1\nSTATUS=ok"


@pytest.mark.parametrize("pid", ["", "1"])
async def test_a_watchdog_of_another_process_is_not_answered(
    monkeypatch: pytest.MonkeyPatch, manager: socket.socket, pid: str
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", manager.getsockname())
    monkeypatch.setenv("WATCHDOG_USEC", "300000")
    monkeypatch.setenv("WATCHDOG_PID", pid)
    living = asyncio.create_task(Systemd().lives(lambda: "ok"))
    seen: list[str] = []
    await until(lambda: "STATUS=ok" in told(manager, seen))
    living.cancel()
    assert ("WATCHDOG=1" in seen) is (pid == "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine")
@pytest.mark.parametrize("unit", ["kezek.service", "kezek-node.service", "kezek-ears.service"])
def test_systemd_finds_the_unit_files_right(unit: str, tmp_path: Path) -> None:
    """With a program where they look for one."""
    program = tmp_path / "kezek"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    text = (UNITS / unit).read_text().replace("/opt/kezek/.venv/bin/kezek", str(program))
    (tmp_path / unit).write_text(text.replace("WorkingDirectory=/opt/kezek", f"WorkingDirectory={tmp_path}"))
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)], capture_output=True, text=True, check=False
    )
    mine = [line for line in (checked.stdout + checked.stderr).splitlines() if unit in line]
    assert mine == []


@pytest.mark.parametrize("unit", ["kezek.service", "kezek-node.service", "kezek-ears.service"])
def test_the_unit_files_say_what_the_promises_need(unit: str) -> None:
    text = (UNITS / unit).read_text()
    for line in ("Restart=always", "WatchdogSignal=SIGKILL", "LimitNOFILE=65536", "NoNewPrivileges=yes", "UMask=0077"):
        assert line in text
    assert "Requires=" not in text, "a part that is away is waited for"


@pytest.mark.long
async def test_a_process_that_does_not_end_when_told_to_ends_all_the_same_and_says_where() -> None:
    """Whatever hangs, the loop itself even."""
    script = (
        "import asyncio\n"
        "from kezek_api.serve import last_resort\n"
        "async def hangs():\n"
        "    last_resort(0.1, asyncio.get_running_loop())\n"
        "    while True:\n"
        "        pass\n"
        "asyncio.run(hangs())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(30):
        _, said = await process.communicate()
    assert process.returncode == STUCK
    assert said.startswith(b"does not end:")
