"""Two Asterisks that are one line, and nodes of ours for both."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
from pydantic import SecretStr

from kezek_api.addresses import ExchangeAddress
from kezek_api.settings import Settings
from kit.api import until
from kit.asterisk import RunningAsterisk, free_port, running_asterisk

KEZEK = (sys.executable, "-m", "kezek_api.command", "serve")
UP_S = 30.0
NAMES = ("a", "b")
PHONES = {"201": "phone-201", "202": "phone-202"}  # each may sign in at either


@asynccontextmanager
async def two_asterisks(nodes: int = 1, **changes: Any) -> AsyncIterator[dict[str, RunningAsterisk]]:
    """By their names. Each has a FastAGI door for each of so many nodes: `doors(asterisk)`."""
    sip = {name: free_port(socket.SOCK_DGRAM) for name in NAMES}
    async with AsyncExitStack() as stack:
        running = {}
        for name in NAMES:
            others = {other: f"127.0.0.1:{port}" for other, port in sip.items() if other != name}
            running[name] = await stack.enter_async_context(
                running_asterisk(
                    nodes=[f"127.0.0.1:{free_port()}" for _ in range(nodes)],
                    phones=PHONES,
                    sip_port=sip[name],
                    system_name=name,
                    exchange=name,
                    peers=others,
                    peer_password="peers-of-a-test",
                    **changes,
                )
            )
            own = running[name]
            own.settings = replace(own.settings, exchange=name, fastagi_port=doors(own)[0])
        yield running


def doors(asterisk: RunningAsterisk) -> list[int]:
    """The ports where it looks for our nodes, one for each."""
    dialplan = (asterisk.instance.folder / "etc" / "extensions.conf").read_text()
    line = next(line for line in dialplan.splitlines() if line.startswith("KEZEK_NODES"))
    return [int(node.rpartition(":")[2]) for node in line.partition("=")[2].split("&")]


def node_settings_of(settings: Settings, number: int, two: Mapping[str, RunningAsterisk]) -> Settings:
    """The node of that number, from 0, with a door for each Asterisk."""
    exchanges = {
        name: ExchangeAddress(
            ami=f"127.0.0.1:{own.settings.ami_port}",
            fastagi=f"127.0.0.1:{doors(own)[number]}",
            sound=f"127.0.0.1:{free_port()}",
        )
        for name, own in two.items()
    }
    secret = SecretStr(next(iter(two.values())).settings.ami_secret)
    home = settings.home / f"node{number}"
    home.mkdir(exist_ok=True)
    changes = {"home": home, "node": f"node{number}", "exchanges": exchanges, "ami_secret": secret}
    return settings.model_copy(update=changes)


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """`kezek serve` with these settings, healthy; killed at the end when it is still there."""
    told = settings.model_dump(mode="json", exclude_none=True, exclude_defaults=True, exclude={"books"})
    listen = f"127.0.0.1:{free_port()}"
    told |= {"secret_key": "for tests alone", "http_listen": listen, "exchanges": json.dumps(told["exchanges"])}
    told |= {"ami_secret": settings.ami_password(), "languages": ",".join(settings.languages)}
    mine = {name: value for name, value in os.environ.items() if not name.startswith("KEZEK_")}
    environment = {f"KEZEK_{name.upper()}": str(value) for name, value in told.items()}
    with (settings.home / "serve.txt").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *KEZEK, env={**mine, **environment}, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        async with httpx.AsyncClient(base_url=f"http://{listen}", timeout=5) as client:

            async def up() -> bool:
                assert process.returncode is None, (settings.home / "serve.txt").read_text()[-2000:]
                with contextlib.suppress(httpx.TransportError):
                    return bool((await client.get("/health")).json()["status"] == "ok")
                return False

            await until(up, UP_S)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
