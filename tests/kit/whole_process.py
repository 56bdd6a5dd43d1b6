"""A node of a whole hotline in a process of its own, to be killed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator

import httpx

from kezek_api.settings import Settings
from kit.api import until
from kit.asterisk import free_port


class Process:
    """A node in a process of its own: `kezek serve`, to be killed."""

    def __init__(self, process: asyncio.subprocess.Process, base: str) -> None:
        self.process, self.base = process, base

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()


@contextlib.asynccontextmanager
async def serving(settings: Settings, log: int | None = None) -> AsyncIterator[Process]:
    """With these settings as environment; killed at the end when it is still there. `log`: a descriptor for it."""
    listen = f"127.0.0.1:{free_port()}"
    told = settings.model_dump(
        mode="json", exclude_none=True, exclude={"ami_secret", "secret_key", "http_listen", "books"}
    )
    told |= {"ami_secret": settings.ami_password(), "secret_key": settings.key().decode(), "http_listen": listen}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KEZEK_")}
    for name, value in told.items():
        environment[f"KEZEK_{name.upper()}"] = value if isinstance(value, str) else json.dumps(value)
    said = settings.home / f"serve-{listen[-5:]}.txt"
    with said.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "kezek_api.command", "serve",
            env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=log or file, stderr=log or file,
        )  # fmt: skip
    try:
        async with httpx.AsyncClient(base_url=f"http://{listen}", timeout=5) as client:

            async def up() -> bool:
                assert process.returncode is None, said.read_text("utf-8", "replace")[-2000:]
                with contextlib.suppress(httpx.TransportError):
                    parts = (await client.get("/health")).json()["parts"]
                    return all(parts[part]["ok"] for part in ("sql", "asterisk", "redis"))
                return False

            await until(up, 60)  # a busy machine
        yield Process(process, f"http://{listen}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
