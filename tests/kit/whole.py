"""A whole hotline for a test: a real Asterisk, a real node over real Valkey and SQLite, people with phones and pages.

async with hotline(folder, town, valkey, site) as city:
    async with city.seated("asel") as asel, city.citizens() as street:
        citizen = await street.dials()
        ring = await asel.phone.rings()
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from kezek_api.house import House
from kezek_api.settings import Settings
from kezek_api.story import key_of
from kezek_ivr.dialogue import Dialogue
from kezek_queue import RedisQueues, redis_client
from kezek_register import Register, Staff
from kit.api import Page, engine, living_in, settings_for, until
from kit.asterisk import RunningAsterisk, running_asterisk
from kit.seat import LIMIT_S, Seat
from kit.sip_agent import SipAgent, SipCall
from kit.tones import RATE, hears, tone
from kit.valkey import Valkey

OPERATORS = {"asel": "1001", "berik": "1002", "chingiz": "1003"}
HEAD, HEADS_PHONE = "dina", "1004"
PHONES = {phone: f"pw-{phone}" for phone in (*OPERATORS.values(), HEADS_PHONE)}
NUMBERS = {"109": "hotline", "112": "rescue", "150": "small", "160": "closed"}

RULES = """
[queues.hotline]
named_s = 20
callback_retries_s = [2, 600]
[queues.small]
capacity = 1
[hours.queues.closed]
weekdays = "closed"
weekend = "closed"
[callbacks]
offered = true
from_s = 1
dial_s = 8
[recording]
mode = "always"
[citizens]
quiet = ""
pace = false
retries_s = [1, 600]
"""


def prompts_of(folder: Path) -> None:
    """A prompt of every name that the dialogue knows, in every language: a short beep."""
    folder.mkdir()
    beep = folder / "beep.wav"
    with wave.open(str(beep), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(tone(300, 0.1))
    dialogue = Dialogue.load()
    for language in ("ru", "kk"):
        for name in set(dialogue.prompts()):
            path = folder / language / f"{name}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.hardlink_to(beep)


class Street:
    """Citizens who dial in; each call has a story that can be read."""

    def __init__(self, agent: SipAgent) -> None:
        self._agent = agent

    async def dials(
        self, number: str = "109", *, caller: str = "+77009990111", press: str = "0", story: str = ""
    ) -> SipCall:
        """Answered; `press`: 0 straight to an operator, 9 an emergency."""
        headers = {"X-Kezek-Story": story} if story else {}
        call = await self._agent.call(number, caller=caller, headers=headers)
        await call.answered()
        call.press(press)
        return call

    async def talks(self, seat: Seat, caller: str) -> tuple[SipCall, SipCall]:
        """He and the operator hear each other; both legs."""
        citizen = await self.dials(caller=caller)
        ring = await seat.phone.rings()
        ring.answer()
        await seat.shows(phase="talking")
        await hears(citizen, ring)
        await hears(ring, citizen)
        return citizen, ring


@dataclass
class City:
    house: House | None
    settings: Settings
    asterisk: RunningAsterisk
    queues: RedisQueues

    @property
    def base(self) -> str:
        assert self.house, "the nodes of this city are processes"
        return f"http://127.0.0.1:{self.house.port}"

    @contextlib.asynccontextmanager
    async def citizens(self) -> AsyncIterator[Street]:
        async with SipAgent.calling(self.asterisk) as agent:
            yield Street(agent)

    @contextlib.asynccontextmanager
    async def trunk(self) -> AsyncIterator[SipAgent]:
        """The telephones of the whole world."""
        async with SipAgent.trunk(self.asterisk, self.asterisk.trunk_port) as agent:
            yield agent

    @contextlib.asynccontextmanager
    async def seated(
        self, login: str, *, ready: bool = True, phone: bool = True, base: str = ""
    ) -> AsyncIterator[Seat]:
        """An operator with an open page (at `base`) and a registered phone: ours, or the test's own one (`phone`
        False). Signed out at the end."""
        async with AsyncExitStack() as stack:
            page = await stack.enter_async_context(Page(base or self.base))
            agent = None
            if phone:
                agent = await stack.enter_async_context(SipAgent.phone(self.asterisk, OPERATORS[login]))
            assert (await page.sign_in(login)).status_code == 200
            seat = Seat(login, page, agent)
            reading = asyncio.create_task(seat.read())  # ends with this block
            try:
                await until(lambda: seat.operator.get("reachable"), LIMIT_S)
                if ready:
                    await seat.ready()
                yield seat
            finally:
                with contextlib.suppress(httpx.TransportError):  # of a node that was killed
                    await page.http.delete("/api/session")
                reading.cancel()
                await asyncio.wait({reading})

    @contextlib.asynccontextmanager
    async def head(self, *, phone: bool = False, base: str = "") -> AsyncIterator[Seat]:
        """The manager, without a desk."""
        async with AsyncExitStack() as stack:
            page = await stack.enter_async_context(Page(base or self.base))
            agent = None
            if phone:
                agent = await stack.enter_async_context(SipAgent.phone(self.asterisk, HEADS_PHONE))
            assert (await page.sign_in(HEAD)).status_code == 200
            yield Seat(HEAD, page, agent)

    async def story(self, token: str) -> list[dict[str, Any]]:
        """What has been told of that call up to now."""
        redis = redis_client(self.settings.redis_url)
        try:
            told: Any = await redis.xrange(key_of(self.settings.site, token))
        finally:
            await redis.aclose()
        return [json.loads(fields[b"step"]) for _, fields in told]

    async def told(self, token: str, step: str, limit_s: float = LIMIT_S) -> dict[str, Any]:
        """The latest step of that name, once there is one."""

        steps: list[dict[str, Any]] = []

        async def found() -> dict[str, Any] | None:
            steps[:] = await self.story(token)
            return next((each for each in reversed(steps) if each["step"] == step), None)

        try:
            return dict(await until(found, limit_s))
        except AssertionError:
            raise AssertionError(f"no {step!r} within {limit_s} s: {[each['step'] for each in steps]}") from None

    async def row(self, head: Seat, wanted: Callable[[dict[str, Any]], object], limit_s: float = LIMIT_S) -> Any:
        """The call's row of the history, once it is as wanted."""
        seen: list[dict[str, Any]] = []

        async def found() -> dict[str, Any] | None:
            seen[:] = (await head.does("GET", "/api/calls"))["calls"]
            return next((row for row in seen if wanted(row)), None)

        try:
            return await until(found, limit_s)
        except AssertionError:
            raise AssertionError(f"no such row: {seen[:3]}") from None


@contextlib.asynccontextmanager
async def hotline(
    folder: Path, town: Path, valkey: Valkey, site: str, *, house: bool = True, **more: Any
) -> AsyncIterator[City]:
    """`town`: the SQLite file of kit.api with the sample town. `house`: with a node in this process. `more`: settings
    of the node; with `sql_url` the town is that database's."""
    furnish(folder, town)
    async with AsyncExitStack() as stack:
        asterisk = await stack.enter_async_context(running_asterisk(phones=PHONES, numbers=tuple(NUMBERS)))
        settings = node_of(folder, valkey.url, site, asterisk, **more)
        await staff(settings.sql)
        city = City(None, settings, asterisk, await stack.enter_async_context(engine(settings)))
        if house:
            city.house = living = await stack.enter_async_context(living_in(settings))
            await until(lambda: all(living.health.parts[part].ok for part in ("sql", "asterisk", "redis")))
        yield city


def furnish(folder: Path, town: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(town, folder / "kezek.sqlite")
    (folder / "rules.toml").write_text(RULES, "utf-8")
    prompts_of(folder / "prompts")


def node_of(folder: Path, redis_url: str, site: str, asterisk: RunningAsterisk, **more: Any) -> Settings:
    return settings_for(
        folder,
        redis_url,
        site,
        **{
            "ami_port": asterisk.settings.ami_port,
            "ami_secret": asterisk.settings.ami_secret,
            "fastagi_listen": f"127.0.0.1:{asterisk.settings.fastagi_port}",
            "prompts": str(folder / "prompts"),
            "rules": folder / "rules.toml",
            "recordings": asterisk.instance.recordings,
            "numbers": NUMBERS,
            "languages": "ru,kk",
            "default_language": "ru",
            "ring_s": 6,
            "wrap_up_s": 30,
            **more,
        },
    )


async def staff(sql: str) -> None:
    """Operators of both queues and the head, all with PASSWORD."""
    async with Register.open(sql) as register:
        hashed = (await register.staff.get("aigul")).password_hash
        for login, phone in OPERATORS.items():
            queues = ("hotline", "rescue", "small", "closed") if login != "chingiz" else ("rescue", "hotline")
            await register.staff.add(Staff(login, login.title(), "operator", phone, "ru", queues, {}))
            await register.staff.set_password_hash(login, hashed)
        for person in (Staff(HEAD, "Дина", "manager", HEADS_PHONE, "ru", (), {}),):
            await register.staff.add(person)
            await register.staff.set_password_hash(HEAD, hashed)
