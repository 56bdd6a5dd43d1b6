"""The demo's operator: a registered SIP phone that answers, and a desk that confirms the ticket as a person would.

The desk uses the same doors as the page in a browser. When a person signs in as the demo operator, this desk is told
(4001) and leaves the screen to the person; the phone goes on answering here. The desk comes back when nobody is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import structlog
from redis.exceptions import RedisError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from kezek_api.demo.softphone import PhoneError, SipAccount, softphone
from kezek_api.provision.programs import program
from kezek_api.provision.prompts import speak
from kezek_api.settings import Settings
from kezek_queue import QueueError, QueueSettings, RedisQueues, Unknown

log = structlog.get_logger(__name__)

PICK_UP_S = 1.5  # the phone rings so long
READ_S = 3.0  # the operator reads the pop and greets before confirming
TIDY_S = 1.0  # of wrap-up
SIGNED_IN_ELSEWHERE = 4001
COME_BACK_S = 10.0


async def run(settings: Settings, login: str, password: str, account: SipAccount) -> None:
    """Phone and desk until cancelled."""
    baresip, espeak = program(settings.home, "baresip"), program(settings.home, "espeak-ng")
    with tempfile.TemporaryDirectory(prefix="kezek-operator-") as folder:
        silence = Path(folder) / "silence.wav"
        speak(espeak, "", "en", silence, tail_s=60)
        async with softphone(baresip, account, silence) as phone, asyncio.TaskGroup() as group:
            desk = Desk(settings, login, password)
            group.create_task(desk.run(), name="demo desk")
            while True:
                event = await phone.event()
                if event.get("type") == "CALL_INCOMING":
                    await asyncio.sleep(PICK_UP_S)
                    with contextlib.suppress(PhoneError):  # the caller may have gone meanwhile
                        await phone.accept()


class Desk:
    def __init__(self, settings: Settings, login: str, password: str) -> None:
        self._settings = settings
        self._base = f"http://{settings.http_listen}"
        self._login, self._password = login, password
        self._confirmed = ""  # the call whose ticket is confirmed
        self._state = ""

    async def run(self) -> None:
        while True:
            wait = 1.0
            try:
                if await self._somebody_is_there():
                    wait = COME_BACK_S
                else:
                    async with httpx.AsyncClient(base_url=self._base, headers={"Origin": self._base}) as client:
                        account = {"login": self._login, "password": self._password}
                        (await client.post("/api/session", json=account)).raise_for_status()
                        await self._sit(client)
            except* ConnectionClosed as closed:
                codes = [error.rcvd.code for error in leaves(closed) if error.rcvd is not None]
                if SIGNED_IN_ELSEWHERE in codes:
                    log.info("a person took the demo operator's desk")
                    wait = COME_BACK_S
            except* (httpx.HTTPError, OSError, InvalidHandshake, QueueError, RedisError) as errors:
                log.info("the demo desk waits for the node", errors=[type(e).__name__ for e in errors.exceptions])
            await asyncio.sleep(wait)

    async def _somebody_is_there(self) -> bool:
        queues = RedisQueues(self._settings.redis_url, self._settings.site, QueueSettings())
        async with queues:
            try:
                return (await queues.operator(self._login)).desk
            except Unknown:
                return False

    async def _sit(self, client: httpx.AsyncClient) -> None:
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        address = self._base.replace("http", "ws", 1) + "/api/desk"
        async with (
            connect(address, additional_headers={"Cookie": cookie, "Origin": self._base}) as socket,
            asyncio.TaskGroup() as group,
        ):
            async for message in messages(socket):
                data = message["data"]
                match message["type"]:
                    case "snapshot":
                        self._turn(data["operator"], client, group)
                        self._pop(data.get("pop"), client, group)
                    case "operator":
                        self._turn(data, client, group)
                    case "pop":
                        self._pop(data, client, group)

    def _turn(self, operator: dict[str, Any], client: httpx.AsyncClient, group: asyncio.TaskGroup) -> None:
        """The operator's state: a pause ends at once, a wrap-up soon."""
        before, self._state = self._state, operator["state"]
        if self._state == before:
            return
        if self._state == "paused":
            group.create_task(self._post(client, "/api/operator/ready", TIDY_S), name="demo ready")
        elif self._state == "wrap_up":
            group.create_task(self._post(client, "/api/operator/wrap-up/done", TIDY_S), name="demo wrap-up")

    def _pop(self, pop: dict[str, Any] | None, client: httpx.AsyncClient, group: asyncio.TaskGroup) -> None:
        """The pop of a talk: its ticket is confirmed with what is filled in, once."""
        if not pop or pop["phase"] == "ringing" or pop["call"] == self._confirmed:
            return
        self._confirmed = pop["call"]
        fields = {name: field["value"] for name, field in pop["fields"].items()}
        ref = pop["fields"].get("street", {}).get("ref", "")
        ticket = {**fields, "street_id": int(ref) if ref else None, "note": ""}
        group.create_task(self._post(client, f"/api/calls/{pop['call']}/ticket", READ_S, ticket), name="demo ticket")

    async def _post(
        self, client: httpx.AsyncClient, path: str, after_s: float, body: dict[str, Any] | None = None
    ) -> None:
        await asyncio.sleep(after_s)
        answer = await client.post(path, json=body)
        if answer.is_error:
            log.warning("the demo desk was refused", path=path.split("/")[-1], status=answer.status_code)


def leaves(group: BaseExceptionGroup[ConnectionClosed]) -> list[ConnectionClosed]:
    """The exceptions of a group, of the groups inside it too."""
    found: list[ConnectionClosed] = []
    for error in group.exceptions:
        found += leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found


async def messages(socket: ClientConnection) -> AsyncIterator[dict[str, Any]]:
    """What the server says, each acknowledged."""
    async for raw in socket:
        message = json.loads(raw)
        await socket.send(json.dumps({"type": "ack", "seq": message["seq"]}))
        yield message
