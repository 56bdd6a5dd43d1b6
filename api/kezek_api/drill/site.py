"""The hotline of a drill: two Asterisks, two nodes, Valkey, SQL and a broker, with a relay in every link of a node.

async with running_site(folder, home, seed=1) as site:
    await site.nodes["n1"].kill()
    await site.nodes["n1"].start()
    await site.healthy(30)
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from kezek_api.drill import building, furnishing
from kezek_api.drill.building import EXCHANGES, NODES, Given, Links, Ports
from kezek_api.drill.part import Death, Part
from kezek_api.drill.ports import LOOPBACK
from kezek_api.drill.postgres import Postgres, can_be_had
from kezek_api.drill.types import Kind, SitePoints, Storm

UP_S = 120.0  # on a busy machine; a quiet one takes a tenth
LOOK_S = 0.1
NODE_S, PART_S = 10.0, 5.0  # to end in good order when the drill is over


class SiteError(Exception):
    """The site did not come up, or did not become well again. The message has the ends of the logs."""

    code = "drill_site"


@dataclass(slots=True)
class Site:
    """The parts are named n1, n2, a, b, redis, mqtt, and sql where there is PostgreSQL."""

    points: SitePoints
    nodes: dict[str, Part]
    exchanges: dict[str, Part]
    redis: Part
    redis_data: Path
    broker: Part
    sql: Part | None  # None: SQLite, which cannot be away
    links: Links
    speech: bool  # whether sound goes to the nodes
    drain_s: float
    remarks: list[str] = field(default_factory=list)  # what went otherwise than it should, in words

    @property
    def kinds(self) -> frozenset[Kind]:
        """The faults that can befall this site."""
        cannot: set[Kind] = set() if self.sql is not None else {Kind.SQL_AWAY}
        if not self.speech:
            cannot |= {Kind.SOUND_CUT, Kind.SOUND_STALLED}
        return frozenset(Kind) - cannot

    @property
    def servers(self) -> tuple[Part, ...]:
        return (self.redis, self.broker, *((self.sql,) if self.sql is not None else ()))

    @property
    def parts(self) -> tuple[Part, ...]:
        return (*self.servers, *self.exchanges.values(), *self.nodes.values())

    @property
    def unasked_deaths(self) -> list[Death]:
        return [death for part in self.parts for death in part.unasked_deaths]

    async def healthy(self, limit_s: float) -> None:
        """Until both nodes say that every part of theirs is well. Raises SiteError with what is not."""
        ill: dict[str, str] = {}
        async with httpx.AsyncClient(timeout=2) as client:
            try:
                async with asyncio.timeout(limit_s):
                    while ill := await self._ill(client):  # noqa: ASYNC110 - other processes, which tell nobody
                        await asyncio.sleep(LOOK_S)
            except TimeoutError:
                raise SiteError(self.told(f"not well within {limit_s:g} s: {ill}")) from None

    async def _ill(self, client: httpx.AsyncClient) -> dict[str, str]:
        complaints = {name: await self._complaint(client, name) for name in self.nodes}
        return {name: said for name, said in complaints.items() if said}

    async def _complaint(self, client: httpx.AsyncClient, node: str) -> str:
        """'' when all is well."""
        try:
            health: dict[str, Any] = (await client.get(f"{self.points.pages[node]}/health")).json()
        except (httpx.HTTPError, ValueError) as error:
            return type(error).__name__
        ill = [f"{name}: {part['detail']}" for name, part in health["parts"].items() if not part["ok"]]
        return "; ".join(ill) or ("" if health["status"] == "ok" else health["status"])

    def told(self, what: str) -> str:
        """With the ends of the nodes' logs and of those of parts that are dead."""
        said = [part for part in self.parts if part.name in self.nodes or not part.alive]
        return "\n".join([what, *(f"--- {part.name} ({part.log})\n{part.tail()}" for part in said)])


@asynccontextmanager
async def running_site(
    folder: Path,
    home: Path,
    *,
    seed: int,
    operators: int = 6,
    speech_streams: int = 0,
    drain_s: float = 5.0,
    storms: Sequence[Storm] = (),
) -> AsyncIterator[Site]:
    """Well, with the programs of `home`; everything it writes is in `folder` but PostgreSQL's data, and all has ended
    afterwards. `seed`: which events of AMI get lost or come twice while a fault says so; `storms`: whose streets the
    town has.

    Raises SiteError when it does not come up, CannotHave and FileNotFoundError when programs are missing, ValueError
    when the folder's name is too long for a socket."""
    phones = furnishing.logins(operators)
    given = _prepared(folder, home, seed, phones, speech_streams, drain_s)
    async with AsyncExitStack() as stack:
        ports = Ports()
        postgres = await asyncio.to_thread(Postgres.made, ports.sql) if can_be_had() else None
        if postgres is not None:
            stack.callback(postgres.remove)
        links = Links(ports, seed, sql=postgres is not None)
        for relay in links.relays.values():
            await stack.enter_async_context(relay)
        site = _built(given, ports, links, postgres, phones)
        try:
            await _begin(site, phones, storms)
            yield site
        finally:
            await _end(site)


def _prepared(
    folder: Path, home: Path, seed: int, phones: dict[str, str], speech_streams: int, drain_s: float
) -> Given:
    folder, home = folder.resolve(), home.resolve()
    (folder / "log").mkdir(parents=True, exist_ok=True)
    return Given(
        folder,
        home,
        f"drill-{secrets.token_hex(4)}",
        seed,
        {phone: secrets.token_hex(8) for phone in phones.values()},
        furnishing.prompts(home, folder),
        furnishing.write_rules(folder),
        speech_streams,
        drain_s,
    )


def _built(given: Given, ports: Ports, links: Links, postgres: Postgres | None, phones: dict[str, str]) -> Site:
    """Nothing runs yet."""
    file = f"sqlite+aiosqlite:///{given.folder / 'kezek.sqlite'}"

    def sql_url(node: str) -> str:
        return file if postgres is None else postgres.url(links.port("sql", node))

    recordings = given.folder / EXCHANGES[0] / "spool" / "monitor"
    points = SitePoints(
        folder=given.folder,
        home=given.home,
        site=given.site,
        exchanges={name: building.point(given, ports, name) for name in EXCHANGES},
        pages={name: f"http://{LOOPBACK}:{port}" for name, port in ports.http.items()},
        redis_url=f"redis://:{given.redis}@{LOOPBACK}:{ports.redis}/0",
        sql_url=file if postgres is None else postgres.url(),
        staff={},
        phone_of={
            login: (phone, EXCHANGES[number % len(EXCHANGES)]) for number, (login, phone) in enumerate(phones.items())
        },
    )
    of = links.of
    return Site(
        points=points,
        nodes={name: building.node(given, ports, links, name, sql_url(name), recordings) for name in NODES},
        exchanges={name: building.asterisk(given, ports, links, name) for name in EXCHANGES},
        redis=building.valkey(given, ports, building.presence(of("redis"))),
        redis_data=building.valkey_data(given.folder),
        broker=building.broker(given, ports, building.presence(of("mqtt"))),
        sql=None if postgres is None else postgres.part(given.log("sql"), building.presence(of("sql"))),
        links=links,
        speech=given.speech_streams > 0,
        drain_s=given.drain_s,
    )


async def _begin(site: Site, phones: dict[str, str], storms: Sequence[Storm]) -> None:
    for part in (*site.servers, *site.exchanges.values()):
        await part.start()
    try:
        async with asyncio.timeout(UP_S):
            filled = await furnishing.fill_register(site.points.sql_url, phones, storms)
    except TimeoutError:
        raise SiteError(site.told("SQL does not answer")) from None
    points = site.points
    site.points = replace(points, staff=filled.staff, manager=filled.manager, streets=filled.streets)
    for part in site.nodes.values():
        await part.start()
    await site.healthy(UP_S)


async def _end(site: Site) -> None:
    """The nodes first, for they drain."""
    await asyncio.gather(*(part.stop(NODE_S) for part in site.nodes.values()))
    await asyncio.gather(*(part.kill() for part in site.exchanges.values()))
    await asyncio.gather(*(part.stop(PART_S) for part in site.servers))
