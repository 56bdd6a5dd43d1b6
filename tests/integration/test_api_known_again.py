"""Redis has forgotten who is signed in: SQL knows it, and while SQL cannot be asked nobody is sent away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from kezek_api.house import House
from kezek_api.settings import Settings
from kezek_queue import RedisQueues, redis_client
from kezek_register import Register, load_sample
from kit.api import DeskClient, Page, base_of, fill, living_in, until
from kit.databases import PostgresProxy, PostgresServer, postgres_proxy


@dataclass
class Town:
    house: House
    proxy: PostgresProxy
    register: Register

    async def empties(self, what: str = "*") -> None:
        """All keys of the site, or those of this kind."""
        settings: Settings = self.house.settings
        redis = redis_client(settings.redis_url)
        try:
            keys = [key async for key in redis.scan_iter(f"kezek:{{{settings.site}}}:{what}")]
            if keys:
                await redis.delete(*keys)
        finally:
            await redis.aclose()


@pytest.fixture
async def town_(node_settings: Settings, postgres_server: PostgresServer) -> AsyncIterator[Town]:
    name = postgres_server.database()
    async with postgres_proxy(postgres_server) as proxy, Register.open(postgres_server.url(name)) as register:
        await register.migrate()
        await load_sample(register)
        await fill(register)
        settings = node_settings.model_copy(update={"sql_url": postgres_server.url(name, proxy.folder)})
        async with living_in(settings) as house:
            await until(lambda: house.health.parts["sql"].ok)
            yield Town(house, proxy, register)


async def who(page: Page) -> httpx.Response:
    return await page.http.get("/api/session")


async def test_a_page_goes_on_after_redis_came_back_empty(town_: Town) -> None:
    async with Page(base_of(town_.house)) as page, Page(base_of(town_.house)) as head:
        await page.sign_in("aigul")
        await head.sign_in("dana")
        await town_.empties()
        assert [(await who(each)).json()["staff"]["login"] for each in (page, head)] == ["aigul", "dana"]


async def test_a_stranger_and_one_who_signed_out_are_sent_to_the_door(town_: Town) -> None:
    async with Page(base_of(town_.house)) as page:
        await page.sign_in("aigul")
        token = page.http.cookies["kezek_session"]
        await page.http.delete("/api/session")
        page.http.cookies.set("kezek_session", token)
        assert (await who(page)).status_code == 401
        await town_.empties()
        assert (await who(page)).status_code == 401
        page.http.cookies.clear()
        page.http.cookies.set("kezek_session", "made up")
        assert (await who(page)).status_code == 401


async def test_one_who_signed_out_while_sql_was_away_does_not_come_back(town_: Town) -> None:
    async with Page(base_of(town_.house)) as page:
        await page.sign_in("aigul")
        token = page.http.cookies["kezek_session"]
        await town_.proxy.cut()
        assert (await page.http.delete("/api/session")).status_code == 204
        page.http.cookies.set("kezek_session", token)
        await town_.proxy.restore()
        assert (await who(page)).status_code == 401
        await town_.empties("session:*")
        assert (await who(page)).status_code == 401


async def test_only_the_last_session_of_an_operator_is_known_again(town_: Town) -> None:
    async with Page(base_of(town_.house)) as first, Page(base_of(town_.house)) as second:
        await first.sign_in("aigul")
        await second.sign_in("aigul")
        await town_.empties()
        assert [(await who(page)).status_code for page in (first, second)] == [401, 200]


async def test_while_sql_is_away_too_it_is_503_and_no_sign_out(town_: Town) -> None:
    async with Page(base_of(town_.house)) as page:
        await page.sign_in("aigul")
        await town_.proxy.cut()
        await town_.empties()
        refused = await who(page)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        await town_.proxy.restore()
        assert (await until(lambda: welcome(page))).status_code == 200


async def test_an_open_desk_stays_open_and_its_operator_stands_as_before(town_: Town, queues: RedisQueues) -> None:
    """P20."""
    async with Page(base_of(town_.house)) as page:
        await page.sign_in("aigul")
        async with page.desk() as socket:
            desk = DeskClient(socket)
            await desk.next("snapshot")
            await page.http.post("/api/operator/pause", json={"reason": "lunch"})

            async def kept() -> bool:
                standing, _ = await town_.register.kept.read()
                return standing.get("aigul", {}).get("reason") == "lunch"

            await until(kept)
            await town_.empties()
            await until(queues.mark)
            for _ in range(3):
                await desk.next("ping")
            one = await queues.operator("aigul")
            assert (str(one.state), one.reason) == ("paused", "lunch")
            await until(lambda: beats(queues, desk))
            assert town_.house.health.parts["redis"].ok


async def test_what_sql_cannot_say_is_given_back_when_it_can(town_: Town, queues: RedisQueues) -> None:
    """A telephone alone has no page that signs its operator in again."""
    await queues.sign_in("bolat", phone="202", queues=["hotline"], desk=False)
    await queues.pause("bolat", "tea")

    async def kept() -> bool:
        return "bolat" in (await town_.register.kept.read())[0]

    await until(kept)
    await town_.proxy.cut()
    await town_.empties()
    await until(lambda: "SQL" in town_.house.health.parts["redis"].detail)
    assert await queues.mark() == ""
    await town_.proxy.restore()
    await until(queues.mark, 20)
    one = await queues.operator("bolat")
    assert (str(one.state), one.reason) == ("paused", "tea")
    await until(lambda: not town_.house.health.parts["redis"].detail)


async def welcome(page: Page) -> httpx.Response | None:
    answer = await who(page)
    return answer if answer.is_success else None


async def beats(queues: RedisQueues, desk: DeskClient) -> bool:
    await desk.next("ping")
    return (await queues.operator("aigul")).desk
