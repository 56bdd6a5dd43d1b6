"""A whole node over real Valkey and SQLite, with an Asterisk that is away, and clients for its doors."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from websockets.asyncio.client import ClientConnection, connect

from kezek_api.house import House
from kezek_api.line_settings import queue_settings
from kezek_api.passwords import Passwords
from kezek_api.settings import Settings
from kezek_queue import QueueSettings, RedisQueues
from kezek_register import Register, Staff, load_sample
from kezek_register.duty_types import Organisation
from kit.statements import compiled_once
from kit.valkey import Valkey, site, valkey

__all__ = ["house", "node_settings", "queues", "site", "town", "valkey", "visitor"]  # the fixtures

compiled_once()

LIMIT_S = 10.0
PASSWORD = "correct horse"
PEOPLE = (
    Staff("aigul", "Айгүл", "operator", "201", "ru", ("hotline",), {}),
    Staff("bolat", "Болат", "operator", "202", "ru", ("hotline",), {}),
    Staff("dana", "Дана", "manager", "", "ru", (), {}),
    Staff("saule", "Сәуле", "operator", "203", "ru", ("hotline",), {}, second_line=True),
)
EXECUTOR = Staff("erlan", "Ерлан", "executor", "", "ru", (), {})  # of an organisation that `fill` makes


async def until(what: Callable[[], Awaitable[Any]] | Callable[[], Any], limit_s: float = LIMIT_S) -> Any:
    """Waits for something true; returns it. Fails by name after the limit."""
    last = time.monotonic() + limit_s
    while True:
        told = what()
        found = await told if isinstance(told, Awaitable) else told
        if found:
            return found
        assert time.monotonic() < last, f"not within {limit_s} s: {getattr(what, '__qualname__', what)}"
        await asyncio.sleep(0.02)


def settings_for(home: Path, redis_url: str, site: str, **more: Any) -> Settings:
    return Settings.load(
        home,
        **{
            "site": site,
            "node": "one",
            "redis_url": redis_url,
            "sql_url": f"sqlite+aiosqlite:///{home / 'kezek.sqlite'}",
            "mqtt_url": "",
            "ami_host": "127.0.0.1",
            "ami_port": 9,  # nobody is there
            "ami_secret": "none",
            "fastagi_listen": "127.0.0.1:0",
            "sound_listen": "127.0.0.1:0",
            "http_listen": "127.0.0.1:0",
            "secret_key": "for tests alone",
            "speech_streams": 0,
            "books": "inside",
            "languages": "kk,ru,uk,en",
            "drain_s": 1,
            "timezone": "Asia/Almaty",
            **more,
        },
    )


def awaited(task: asyncio.Task[Any]) -> list[str]:
    """Where a task stands, innermost last."""
    chain, coroutine = [], task.get_coro()
    while coroutine is not None:
        chain.append(repr(coroutine)[:160])
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "ag_await", None)
    return chain


def waits_for_redis(house: House) -> bool:
    """With Redis there, a node is up when its exchange is: one stopped before leaves half-made servers behind."""
    redis, asterisk = house.health.parts["redis"], house.health.parts["asterisk"]
    return redis.detail == "starting" or (redis.ok and asterisk.detail == "starting")


@asynccontextmanager
async def living_in(settings: Settings) -> AsyncIterator[House]:
    """A node that serves until the block ends."""
    house = House(settings)
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(house.serve())
        try:
            await until(lambda: serving.done() or (house.port and not waits_for_redis(house)))
            yield house
        finally:
            house.stop()
            _, late = await asyncio.wait({serving}, timeout=LIMIT_S)
            for task in asyncio.all_tasks() if late else ():
                print(task.get_name(), *awaited(task), sep="\n    ")
            assert not late, "the house does not come to its end"


@pytest.fixture(scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the sample town and the staff, to copy from."""
    path = tmp_path_factory.mktemp("town") / "kezek.sqlite"
    async with Register.open(f"sqlite+aiosqlite:///{path}") as register:
        await register.migrate()
        await load_sample(register)
        await fill(register)
    return path


@pytest.fixture
def node_settings(tmp_path: Path, town: Path, valkey: Valkey, site: str) -> Settings:
    """Of a node with the sample town, Valkey and nothing else."""
    shutil.copyfile(town, tmp_path / "kezek.sqlite")
    return settings_for(tmp_path, valkey.url, site)


@pytest.fixture
async def house(node_settings: Settings) -> AsyncIterator[House]:
    async with living_in(node_settings) as house:
        await until(lambda: house.health.parts["sql"].ok)  # till then confirmations are kept, not filed
        yield house


@pytest.fixture
async def visitor(house: House) -> AsyncIterator[Page]:
    async with Page(base_of(house)) as visitor:
        yield visitor


@pytest.fixture
async def queues(node_settings: Settings) -> AsyncIterator[RedisQueues]:
    """The line by its own verbs; both phones are registered."""
    async with engine(node_settings) as queues:
        await queues.phones({"201", "202"})
        yield queues


def base_of(house: House) -> str:
    return f"http://127.0.0.1:{house.port}"


async def fill(register: Register) -> None:
    """The staff, all with PASSWORD; hashed cheaply, for the cost is no test's matter."""
    cheap = Passwords(hasher=Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))
    hashed = await cheap.hash(PASSWORD)
    works = await register.organisations.add(Organisation(0, "test-works", {"en": "Test works"}))
    for person in (*PEOPLE, replace(EXECUTOR, organisation_id=works.id)):
        await register.staff.add(person)
        await register.staff.set_password_hash(person.login, hashed)


class Page:
    """A browser's page: signed in by cookie, sends its own Origin."""

    def __init__(self, base: str) -> None:
        self.base = base
        # the server ends what is idle for 5 s; whoever writes just then has no answer
        limits = httpx.Limits(keepalive_expiry=2)
        self.http = httpx.AsyncClient(base_url=base, headers={"Origin": base}, timeout=LIMIT_S, limits=limits)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.http.aclose()

    async def sign_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        return await self.http.post("/api/session", json={"login": login, "password": password})

    def desk(self, **headers: str) -> connect:
        cookies = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        address = self.base.replace("http", "ws", 1) + "/api/desk"
        return connect(address, additional_headers={"Origin": self.base, "Cookie": cookies, **headers}, proxy=None)


class DeskClient:
    """Reads a desk's messages and answers each, unless told to be deaf."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.seen: list[dict[str, Any]] = []
        self.pings = 0

    async def next(self, *kinds: str, limit_s: float = LIMIT_S, answer: bool = True) -> dict[str, Any]:
        """The next message of these kinds; others but pings are kept in `seen`."""
        async with asyncio.timeout(limit_s):
            while True:
                message: dict[str, Any] = json.loads(await self.socket.recv())
                if answer:
                    await self.socket.send(json.dumps({"type": "ack", "seq": message["seq"]}))
                if message["type"] == "ping":
                    self.pings += 1
                else:
                    self.seen.append(message)
                if message["type"] in kinds:
                    return message


class Line:
    """A scripted call: what telephony and reception would do, by the waiting line's own verbs."""

    def __init__(self, queues: RedisQueues, call: str) -> None:
        self.queues = queues
        self.call = call

    async def waits(self, notes: Mapping[str, Any] | None = None, queue: str = "hotline") -> Self:
        await self.queues.arrive(self.call, caller="+77009990111", dialled="109", since=time.time(), node="one")
        if notes is not None:
            await self.queues.note(self.call, notes)
        await self.queues.place(self.call, queue=queue)
        return self

    async def offered(self) -> int:
        """The offer's number, once there is one."""

        async def made() -> int:
            return (await self.queues.call(self.call)).offer

        return int(await until(made))

    async def talks(self) -> int:
        offer = await self.offered()
        await self.queues.accept(self.call, offer)
        await self.queues.connect(self.call, offer)
        return offer


def engine(settings: Settings) -> RedisQueues:
    return RedisQueues(settings.redis_url, settings.site, QueueSettings(timezone=settings.zone))


def notes(**more: Any) -> dict[str, Any]:
    """What reception would have understood of a caller."""
    field = {"ref": "", "confidence": 0.9, "source": "spoken", "words": ""}
    return {
        "caller": "+77009990111",
        "caller_name": "",
        "language": "ru",
        "household": None,
        "open_tickets": [],
        "words": [{"question": "open", "text": "древесная восемь нет отопления", "final": True}],
        "fields": {
            "street": {**field, "value": "Древесная", "ref": "1", "words": "древесная"},
            "house": {**field, "value": "8", "confidence": 0.6, "words": "восемь"},
            "topic": {**field, "value": "heating", "words": "нет отопления"},
        },
        "unheard": "",
        "story": "",
        **more,
    }


async def sign_in_phone(settings: Settings, login: str) -> None:
    """An operator with a phone alone: signed in and ready, without a page. Raises NotFound, Unavailable."""
    async with (
        Register.open(settings.sql) as register,
        RedisQueues(settings.redis_url, settings.site, queue_settings(settings)) as queues,
    ):
        staff = await register.staff.get(login)
        await queues.sign_in(login, phone=staff.phone, queues=staff.queues, skills=staff.skills, desk=False)
        await queues.ready(login)
