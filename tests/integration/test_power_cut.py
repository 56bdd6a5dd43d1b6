"""The machine loses its power while calls wait, and starts again: `kezek up` comes up by itself with what is kept."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from kezek_api.settings import Settings
from kezek_queue import CallState, OperatorState
from kezek_register import Register
from kit.api import engine
from kit.api import until as eventually
from kit.databases import draft
from kit.installation import KEZEK, Installation, environment, installation, set_up, until
from kit.sip_agent import SipAgent

pytestmark = pytest.mark.timeout(300)
LIMIT_S = 40.0


@dataclass
class Exchange:
    """The installation's Asterisk, as a telephone knows it."""

    sip_port: int
    phones: Mapping[str, str]
    line_password: str


def exchange(made: Installation) -> Exchange:
    secrets = json.loads((made.home / "secrets.json").read_text())
    return Exchange(int(str(made.run["local_sip"]).rpartition(":")[2]), secrets["phones"], secrets["line"])


async def cut_the_power(made: Installation) -> None:
    """No process says good-bye."""
    for pid in (made.process.pid, *made.processes()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    await made.process.wait()


def damage(home: Path) -> None:
    """What power cuts leave behind: half a file, zeros where the end should be, rubbish, a socket of nobody's."""
    (home / "run.json").write_bytes((home / "run.json").read_bytes()[:100])
    (log,) = (home / "data" / "valkey" / "appendonlydir").glob("*.incr.aof")
    with log.open("ab") as end:
        end.write(bytes(4096))
    database = home / "asterisk" / "db" / "astdb.sqlite3"
    database.write_bytes(database.read_bytes()[:1000] + b"x" * 3000)
    (home / "asterisk" / "run" / "asterisk.pid").write_text("1\n")
    (home / "asterisk" / "run" / "asterisk.ctl").unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(home / "asterisk" / "run" / "asterisk.ctl"))


@pytest.mark.long
async def test_everything_comes_up_again_with_what_is_kept(tmp_path: Path) -> None:
    """P20: pauses and their reasons, tickets and numbers, secrets; who was on the line has an end. What the cut left
    damaged is mended, with a copy of what was found."""
    home = tmp_path / "home"
    code, said = await set_up(home)
    assert code == 0, said
    given = {"languages": "kk", "speech_streams": "0"}
    async with installation(home, "--no-demo", **given) as made:
        secrets = await asyncio.to_thread((home / "secrets.json").read_bytes)
        async with Register.open(Settings.load(home).sql, node="test") as register:
            ticket = await register.tickets.ensure(draft(call="a-call"))
        async with engine(Settings.load(home)) as queues, SipAgent.line(exchange(made)) as street:
            await queues.sign_in("asel", phone="1001", queues=["hotline"], desk=False)
            await queues.pause("asel", "lunch")
            for caller in ("77015550101", "77015550102"):
                call = await street.call("109", caller=caller)
                await call.answered()
                call.press("0")

            async def both_wait() -> list[str]:
                waiting = [each.call for each in (await queues.snapshot()).waiting]
                return waiting if len(waiting) == 2 else []

            names = list(await eventually(both_wait, LIMIT_S))
            await cut_the_power(made)
    await asyncio.to_thread(damage, home)
    async with installation(home, "--no-demo", **given) as made:
        assert await asyncio.to_thread((home / "secrets.json").read_bytes) == secrets
        printed = await asyncio.to_thread((home / "up.txt").read_text)
        assert "run.json could not be read and is made anew" in printed
        settings = Settings.load(home)
        async with engine(settings) as queues, SipAgent.line(exchange(made)) as street:
            asel = await queues.operator("asel")
            assert (asel.state, asel.reason) == (OperatorState.PAUSED, "lunch")

            async def ends() -> list[str]:
                calls = [await queues.call(name) for name in names]
                return [call.end for call in calls] if all(c.state is CallState.ENDED for c in calls) else []

            assert list(await eventually(ends, LIMIT_S)) == ["cut", "cut"], "who came before the exchange began was cut"
            call = await street.call("109")
            await call.answered()
            call.press("0")

            async def waits() -> int:
                return len((await queues.snapshot()).waiting)

            assert await eventually(waits, LIMIT_S) == 1
            await call.hang_up()
        async with Register.open(settings.sql, node="test") as register:
            assert await register.tickets.get(ticket.number) == ticket
            assert (await register.tickets.ensure(draft(call="b-call"))).number > ticket.number
        aside = await asyncio.to_thread(lambda: sorted(path.name[:24] for path in home.rglob("*.damaged-*")))
        assert aside == ["appendonlydir.damaged-20"[:24], "astdb.sqlite3.damaged-20"[:24]]


async def test_secrets_that_are_damaged_stop_the_start_with_a_clear_word(tmp_path: Path) -> None:
    """They are not replaced: every telephone would be locked out."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "secrets.json").write_text("")
    process = await asyncio.create_subprocess_exec(
        *KEZEK, "up", env=environment(home), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    text = " ".join(said.decode().split())
    assert (process.returncode, "Traceback" in text) == (1, False)
    assert "secrets.json is damaged" in text
    assert "Bring it back from a backup" in text
    assert (home / "secrets.json").read_text() == ""


async def test_a_node_that_is_frozen_is_started_again(tmp_path: Path) -> None:
    """By the supervisor, which waits for the dialplan to have taken its callers over."""
    import sys

    from kezek_api.supervise.child import Child, Part

    silent = [False]

    async def probe() -> str:
        if silent[0]:
            raise TimeoutError
        return "there"

    sleeper = [sys.executable, "-c", "import signal; signal.pause()"]
    child = Child(Part("node", sleeper, probe, every_s=0.05, frozen_s=0.3), tmp_path)
    running = asyncio.create_task(child.run())
    await until(lambda: child.health.state == "up", 20, "it is up")
    first, silent[0] = child.health.pid, True
    await until(lambda: child.health.restarts == 1, 20, "it is killed")
    silent[0] = False
    await until(lambda: child.health.state == "up" and child.health.pid != first, 20, "another one is up")
    await child.stop()
    running.cancel()
