"""`kezek up`: everything under one supervisor, the page's address, the accounts, the first demo call."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import sys
from pathlib import Path
from typing import TextIO

import httpx
from rich.console import Console

from kezek_api.provision.staff import DEMO_MANAGER, DEMO_OPERATOR
from kezek_api.provision.step import CannotHave
from kezek_api.settings import Settings
from kezek_api.supervise import parts, plan, secrets
from kezek_api.supervise.plan import LOOPBACK, Plan
from kezek_api.supervise.secrets import Secrets
from kezek_api.supervise.supervisor import Supervisor
from kezek_api.systemd import Systemd

ALREADY_RUNNING = 3
MODELS_LOAD_S = 60.0


async def run_all(home: Path, *, listen: str, demo: bool, call: bool) -> int:
    """Run until stopped; returns the exit status."""
    console = Console()
    with lock_file(home) as lock:
        if not alone(lock):
            console.print(f"Kezek is already running here (pid {plan.read(home).get('pid')}).", highlight=False)
            return ALREADY_RUNNING
        systemd = Systemd()
        if plan.discard_damaged(home):
            console.print(f"{plan.FILE} could not be read and is made anew.", highlight=False)
        try:
            kept = secrets.load(home)
            settings = Settings.load(home)
            made = plan.make(home, kept, listen=listen, demo=demo)
            supervisor = Supervisor(made, parts.build(made, kept, settings), console)
        except (CannotHave, OSError, ValueError) as error:
            console.print(f"[red]Kezek cannot start:[/] {error}", highlight=False)
            if isinstance(error, CannotHave):
                console.print(f"remedy: {error.remedy}", highlight=False)
            return 1

        for words in made.moved:
            console.print(f"[yellow]{words}[/]; what is set to the old one will not find it", highlight=False)
        systemd.tell("READY=1")  # its parts come up by themselves, as soon as they can

        async def once_up() -> None:
            introduce(console, made, kept)
            if call and made.demo:
                await all_well(made)
                await first_call(console, made)

        living = asyncio.create_task(systemd.lives(supervisor.status))  # ends below
        try:
            await supervisor.run(once_up)
        finally:
            living.cancel()
    return 0


def lock_file(home: Path) -> TextIO:
    home.mkdir(parents=True, exist_ok=True)
    return (home / "up.lock").open("w")


def alone(lock: TextIO) -> bool:
    """Take the home for this process; False when another `kezek up` has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


async def all_well(made: Plan) -> None:
    """Return when the node says that every part is there, or after a while all the same: a call is served anyhow."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(MODELS_LOAD_S), httpx.AsyncClient() as client:
            while True:
                if (await client.get(f"{made.page}health")).json()["status"] == "ok":
                    return
                await asyncio.sleep(0.2)


def introduce(console: Console, made: Plan, kept: Secrets) -> None:
    def say(text: str) -> None:
        console.print(text, highlight=False, soft_wrap=True)

    say(f"\n[bold]Kezek is up.[/] The page: [link]{made.page}[/link]")
    if made.demo:
        for login, page in ((DEMO_OPERATOR, "desk"), (DEMO_MANAGER, "wallboard")):
            say(f"  sign in as [bold]{login}[/] with password [bold]{kept.account(login)}[/] ({page})")
        say(f"  (kept in {made.home / secrets.FILE}; another call: kezek call)")
    if "asterisk" not in made.embedded:
        say("  calls come from your own Asterisk: no demo call is made")
        return
    if made.listen != LOOPBACK or not made.demo:
        say(f"  SIP phones register at {made.sip}/udp; calls to 109 come from the account `line` or from your trunk")
        for phone, password in [("line", kept.line), *sorted(kept.phones.items())]:
            say(f"    user {phone}  password {password}")
    say("")


async def first_call(console: Console, made: Plan) -> None:
    """A demo call by the command a person would type; its story goes to the terminal."""
    process = await asyncio.create_subprocess_exec(
        *parts.KEZEK,
        "call",
        env={**parts.environment(made), "COLUMNS": str(console.width)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        stdin=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None  # noqa: S101 - asked for above
    try:
        async for line in process.stdout:
            console.print(line.decode(errors="replace").rstrip(), highlight=False, markup=False, soft_wrap=True)
        await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
    if sys.stdout.isatty():
        console.print("[dim]Ctrl-C stops everything; `kezek call` places another call.[/]\n", highlight=False)
