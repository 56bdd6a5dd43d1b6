"""The site of a drill: it comes up, stands each fault of a process and of a link, and is well again."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from redis.exceptions import RedisError

from kezek_api.drill.faults import thrown
from kezek_api.drill.part import descendants
from kezek_api.drill.site import Site, running_site
from kezek_api.drill.types import Fault, Kind
from kezek_queue import redis_client
from kit.asterisk import PREFIX

LIMIT_S = 30.0
WELL_S = 60.0


class People:
    """Tells what befell whom."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    async def desk_dies(self, login: str) -> None:
        self.told.append(("desk dies", login))

    async def desk_back(self, login: str) -> None:
        self.told.append(("desk back", login))

    async def phone_dies(self, login: str) -> None:
        self.told.append(("phone dies", login))

    async def phone_back(self, login: str) -> None:
        self.told.append(("phone back", login))


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110 - other processes
            await asyncio.sleep(0.02)


def fault(kind: Kind, target: str = "", number: int = 1) -> Fault:
    return Fault(number, 0.0, kind, target, 0.0)


async def health(site: Site, node: str) -> dict[str, str]:
    """Of its parts that are not well."""
    async with httpx.AsyncClient(timeout=1) as client:
        parts = (await client.get(f"{site.points.pages[node]}/health")).json()["parts"]
    return {name: part["detail"] for name, part in parts.items() if not part["ok"]}


async def shows(site: Site, node: str, part: str, *, ill: bool = True) -> None:
    async with asyncio.timeout(LIMIT_S):
        while (part in await health(site, node)) != ill:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)


async def remembers(site: Site) -> None:
    """The nodes have said again to an empty Redis what it must know."""
    async with asyncio.timeout(LIMIT_S), redis_client(site.points.redis_url) as redis:
        while True:
            with suppress(RedisError):
                if await redis.dbsize():
                    return
            await asyncio.sleep(0.05)


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_a_site_stands_each_fault_and_is_well_again() -> None:
    """P1, P7, P20: as far as /health tells; what callers notice is the whole drill's matter."""
    if not (PREFIX / "bin" / "asterisk").exists():
        pytest.skip("no Asterisk in .kezek/prefix: run the set-up")
    people = People()
    with tempfile.TemporaryDirectory(prefix="kezek-site-") as folder:
        async with running_site(Path(folder), PREFIX.parent, seed=1, operators=2) as site:
            assert sorted(site.points.staff) == ["operator1", "operator2"]
            assert {exchange for _, exchange in site.points.phone_of.values()} == {"a", "b"}
            n1, n2 = site.nodes["n1"], site.nodes["n2"]
            await links_fail(site, people)
            await servers_fail(site, people)
            async with thrown(site, fault(Kind.ASTERISK_KILLED, "a"), people):
                assert not site.exchanges["a"].alive
                await shows(site, "n2", "asterisk")
            async with thrown(site, fault(Kind.DESK_DEAD, "operator1"), people):
                assert people.told == [("desk dies", "operator1")]
            async with thrown(site, fault(Kind.PHONE_DEAD, "operator2"), people):
                pass
            assert people.told[1:] == [
                ("desk back", "operator1"),
                ("phone dies", "operator2"),
                ("phone back", "operator2"),
            ]
            await nodes_fail(site, people)
            await site.healthy(WELL_S)
            assert site.unasked_deaths == [], site.told("died by itself")
            assert site.remarks == []

            first = n2.pid
            os.kill(first, signal.SIGKILL)
            await until(lambda: n2.pid not in (0, first))
            assert [(death.part, death.code) for death in site.unasked_deaths] == [("n2", -signal.SIGKILL)]
            assert "house_up" in site.unasked_deaths[0].tail
        assert not any(part.alive for part in site.parts)
        assert "Traceback" not in n1.log.read_text() + n2.log.read_text()


async def links_fail(site: Site, people: People) -> None:
    async with thrown(site, fault(Kind.AMI_CUT, "n1/a"), people):
        await shows(site, "n1", "asterisk")
        assert "asterisk" not in await health(site, "n2")
    await shows(site, "n1", "asterisk", ill=False)
    async with (
        thrown(site, fault(Kind.AMI_HALF_OPEN, "n2/b"), people),
        thrown(site, fault(Kind.REDIS_LINK_CUT, "n1"), people),
    ):
        await shows(site, "n1", "redis")
        await shows(site, "n2", "asterisk")
    for number in (1, 2) if Kind.SQL_AWAY in site.kinds else ():
        async with thrown(site, fault(Kind.SQL_AWAY, number=number), people):
            await shows(site, "n1", "sql")
            await shows(site, "n2", "sql")
        await shows(site, "n1", "sql", ill=False)
    noise = site.links.noise["n1", "b"]
    async with thrown(site, fault(Kind.AMI_DOUBLES_EVENTS, "n1/b"), people):
        assert noise.double > 0
    assert noise.double == noise.drop == 0


async def servers_fail(site: Site, people: People) -> None:
    await until(lambda: site.redis_data.exists())
    async with thrown(site, fault(Kind.REDIS_KILLED), people):
        assert not site.redis.alive
    await until(lambda: site.redis.alive)
    async with thrown(site, fault(Kind.REDIS_EMPTIED), people):
        assert list(site.redis_data.iterdir()) == []
    await remembers(site)
    async with thrown(site, fault(Kind.REDIS_FROZEN), people):
        await shows(site, "n1", "redis")
    full = {name: part.log.stat().st_size for name, part in site.nodes.items()}
    async with thrown(site, fault(Kind.NODE_LOG_FULL, "n1"), people):
        async with thrown(site, fault(Kind.BROKER_KILLED), people):
            await shows(site, "n1", "mqtt")
            await shows(site, "n2", "mqtt")
        await shows(site, "n1", "mqtt", ill=False)
        assert site.nodes["n1"].log.stat().st_size == full["n1"]
        assert site.nodes["n2"].log.stat().st_size > full["n2"]


async def nodes_fail(site: Site, people: People) -> None:
    n1, n2 = site.nodes["n1"], site.nodes["n2"]
    books = descendants(n1.pid)
    async with thrown(site, fault(Kind.BOOKS_KILLED, "n1"), people):
        await until(lambda: books and not set(books) & set(descendants(n1.pid)))
    async with thrown(site, fault(Kind.NODE_FROZEN, "n1"), people):
        with pytest.raises(httpx.TimeoutException):
            await health(site, "n1")
    killed = n1.pid
    async with (
        thrown(site, fault(Kind.NODE_KILLED, "n1"), people),
        thrown(site, fault(Kind.NODE_DRAINED, "n2"), people),
    ):
        assert not n1.alive
        with pytest.raises(httpx.ConnectError):
            await health(site, "n1")
        await until(lambda: not n2.alive)
    assert n1.pid not in (0, killed)
    assert n2.alive
