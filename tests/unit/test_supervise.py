"""Secrets, ports and children of `kezek up`."""

from __future__ import annotations

import asyncio
import json
import socket
import stat
import sys
import threading
from pathlib import Path

import pytest

from kezek_api import browser_phones
from kezek_api.command_user import move
from kezek_api.settings import Settings
from kezek_api.supervise import mending, parts, plan, secrets
from kezek_api.supervise.child import Child, Part
from kezek_api.supervise.supervisor import Supervisor
from kit.installation import until


def test_secrets_are_made_once_and_are_their_owners_alone(tmp_path: Path) -> None:
    made = secrets.load(tmp_path)
    assert stat.S_IMODE((tmp_path / secrets.FILE).stat().st_mode) == 0o600
    assert secrets.load(tmp_path) == made
    assert len({made.ami, made.redis, made.cookies, made.line, *made.phones.values()}) == 4 + secrets.PHONES


def test_a_damaged_file_of_secrets_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / secrets.FILE).write_text('{"ami": "half')
    with pytest.raises(ValueError, match="damaged"):
        secrets.load(tmp_path)
    assert (tmp_path / secrets.FILE).read_text() == '{"ami": "half'


def test_a_new_account_and_phone_are_kept(tmp_path: Path) -> None:
    kept = secrets.load(tmp_path)
    password, phone = kept.account("dina"), kept.phone("1042")
    secrets.save(tmp_path, kept)
    again = secrets.load(tmp_path)
    assert (again.account("dina"), again.phone("1042")) == (password, phone)


def test_the_city_exchange_is_known_to_our_asterisk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it nobody outside can be called: no callback, no notice, no service."""
    monkeypatch.setenv("KEZEK_TRUNKS", "192.0.2.5, 198.51.100.0/24")
    monkeypatch.setenv("KEZEK_TRUNK_CONTACT", "192.0.2.6:5070")
    monkeypatch.setattr(parts, "program", lambda *_: None)
    monkeypatch.setattr(parts, "write_instance", lambda folder, prefix, values: values)
    kept = secrets.load(tmp_path)
    made = plan.make(tmp_path, kept, listen="127.0.0.1", demo=False)
    told = parts.instance(made, kept, Settings.load(tmp_path))
    assert (told.trunks, told.trunk_contact) == (("192.0.2.5", "198.51.100.0/24"), "192.0.2.6:5070")  # type: ignore[attr-defined]


def test_ports_are_free_distinct_and_kept_for_the_next_start(tmp_path: Path) -> None:
    kept = secrets.load(tmp_path)
    made = plan.make(tmp_path, kept, listen="127.0.0.1", demo=True)
    assert len(set(made.ports.values())) == len(made.ports)
    assert plan.make(tmp_path, kept, listen="127.0.0.1", demo=True).ports == made.ports
    assert stat.S_IMODE((tmp_path / plan.FILE).stat().st_mode) == 0o600
    told = json.loads((tmp_path / plan.FILE).read_text())
    assert told["http_listen"] == f"127.0.0.1:{made.ports['http']}"
    assert told["languages"][-1] == "ko"


def test_a_port_in_use_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        assert plan.free("127.0.0.1", [port], datagram=False, taken=set()) != port


def test_a_port_that_people_know_is_said_to_have_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "PREFERRED", {"sip": 0, "http": 0})
    monkeypatch.setattr(plan, "LINGER_S", 0.0)
    kept = secrets.load(tmp_path)
    made = plan.make(tmp_path, kept, listen="127.0.0.1", demo=False)
    assert made.moved == ()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", made.ports["http"]))
        taken.listen()
        again = plan.make(tmp_path, kept, listen="127.0.0.1", demo=False)
    (words,) = again.moved
    assert words.startswith(f"port {made.ports['http']} of http is taken")
    assert again.ports["http"] != made.ports["http"]
    assert again.ports["redis"] == made.ports["redis"]


def test_a_port_of_the_last_time_is_waited_for(tmp_path: Path) -> None:
    """Its part was killed a moment ago."""
    made = plan.make(tmp_path, secrets.load(tmp_path), listen="127.0.0.1", demo=False)
    lingering = socket.create_server(("127.0.0.1", made.ports["redis"]))
    threading.Timer(0.5, lingering.close).start()
    assert plan.make(tmp_path, secrets.load(tmp_path), listen="127.0.0.1", demo=False).ports == made.ports


def test_a_torn_run_json_is_made_anew(tmp_path: Path) -> None:
    made = plan.make(tmp_path, secrets.load(tmp_path), listen="127.0.0.1", demo=False)
    assert not plan.discard_damaged(tmp_path)
    for torn in ("", '{"http_listen": "127.0', "[]"):
        (tmp_path / plan.FILE).write_text(torn)
        assert plan.discard_damaged(tmp_path)
        assert plan.make(tmp_path, secrets.load(tmp_path), listen="127.0.0.1", demo=False).embedded == made.embedded


def test_valkeys_log_is_cut_behind_the_last_whole_command_and_then_set_aside(tmp_path: Path) -> None:
    folder = tmp_path / "appendonlydir"
    folder.mkdir()
    log = folder / "appendonly.aof.1.incr.aof"
    whole = b"#TS:1\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n*1\r\n$4\r\nPING\r\n"
    for tail in (bytes(4096), b"*3\r\n$3\r\nSET\r\n$1\r\n", b"*x\r\n", b"*1\r\n$4\r\nPINGxx", b"rubbish"):
        log.write_bytes(whole + tail)
        assert mending.aof(tmp_path, 0) == ""
        assert "cut off" in mending.aof(tmp_path, 1)
        assert log.read_bytes() == whole
    assert mending.aof(tmp_path, 1) == ""
    assert "begins anew" in mending.aof(tmp_path, 2)
    assert not folder.exists()


def test_an_address_of_another_machine_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="address of this machine"):
        plan.make(tmp_path, secrets.load(tmp_path), listen="192.0.2.77", demo=False)


def test_ones_own_parts_are_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEZEK_REDIS_URL", "redis://elsewhere:6379/0")
    monkeypatch.setenv("KEZEK_AMI_HOST", "192.0.2.1")
    made = plan.make(tmp_path, secrets.load(tmp_path), listen="127.0.0.1", demo=False)
    assert made.embedded == {"mqtt"}
    assert not {"redis_url", "ami_host", "prompts"} & set(made.settings)


async def up() -> str:
    return "there"


async def test_a_dead_part_is_started_again(tmp_path: Path) -> None:
    child = Child(Part("short", [sys.executable, "-c", "pass"], up), tmp_path)
    running = asyncio.create_task(child.run())
    await until(lambda: child.health.restarts >= 2, 20, "two restarts")
    await child.stop()
    running.cancel()
    assert "ended with 0" in child.health.detail


async def test_a_part_that_will_not_end_is_killed(tmp_path: Path) -> None:
    stubborn = (
        "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); signal.pause()"
    )
    child = Child(Part("stubborn", [sys.executable, "-c", stubborn], up, stop_s=0.2), tmp_path)
    running = asyncio.create_task(child.run())
    log = tmp_path / "stubborn.log"
    await until(lambda: log.exists() and "on" in log.read_text(), 20, "it runs")
    await child.stop()
    await asyncio.wait_for(running, 10)
    assert child.health.state == "stopped"


async def test_a_part_whose_probe_fails_is_not_up(tmp_path: Path) -> None:
    async def down() -> str:
        raise ConnectionError("nobody answers\nand more that nobody reads")

    child = Child(Part("mute", [sys.executable, "-c", "import signal; signal.pause()"], down), tmp_path)
    running = asyncio.create_task(child.run())
    await until(lambda: child.health.detail != "", 20, "the probe's words")
    assert (child.up.is_set(), child.health.detail) == (False, "nobody answers")
    await child.stop()
    await asyncio.wait_for(running, 10)


def test_the_table_names_every_part(tmp_path: Path) -> None:
    from rich.console import Console

    made = plan.make(tmp_path, secrets.load(tmp_path), listen="127.0.0.1", demo=False)
    console = Console(record=True, width=100)
    supervisor = Supervisor(made, [Part("node", ["true"], up)], console)
    supervisor.children[0].health.state = "down"
    console.print(supervisor.table())
    assert "node" in (text := console.export_text())
    assert "down" in text


async def test_a_phone_moves_between_desk_and_browser(tmp_path: Path) -> None:
    """The running Asterisk is not there; the files are what the next start reads."""
    kept = secrets.load(tmp_path)
    plan.make(tmp_path, kept, listen="127.0.0.1", demo=False)
    settings = Settings.load(tmp_path)
    assert settings.sip_websocket.startswith("ws://127.0.0.1:")
    assert await move(settings, "9999", browser=True) == 1
    (tmp_path / "asterisk" / "etc").mkdir(parents=True)
    assert await move(settings, "1003", browser=True) == 0
    assert browser_phones.read(settings.browser_phones) == {"1003": kept.phones["1003"]}
    assert stat.S_IMODE(settings.browser_phones.stat().st_mode) == 0o600
    written = (tmp_path / "asterisk" / "etc" / "kezek-phones.conf").read_text()
    assert "[1003](phone-web)" in written
    assert "[1002](phone)" in written
    assert await move(settings, "1003", browser=False) == 0
    assert browser_phones.read(settings.browser_phones) == {}
    assert "[1003](phone)" in (tmp_path / "asterisk" / "etc" / "kezek-phones.conf").read_text()
