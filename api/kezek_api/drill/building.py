"""The parts of a drill's site and the relays between them: who is where, and what each is started with."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import socket
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from kezek_api.addresses import split_address
from kezek_api.drill import furnishing
from kezek_api.drill.ami_noise import AmiNoise
from kezek_api.drill.part import Change, Part
from kezek_api.drill.ports import LOOPBACK, free_port, free_range, listening
from kezek_api.drill.relay import Relay
from kezek_api.drill.types import ExchangePoint
from kezek_api.supervise import parts
from kezek_api.supervise.plan import Plan
from kezek_api.supervise.secrets import Secrets
from kezek_telephony.instance import InstanceValues, write_instance

EXCHANGES = ("a", "b")
NODES = ("n1", "n2")
NUMBER = "109"
RTP_PORTS = 2000  # of each exchange
QUALIFY_S = 5  # a dead phone is noticed within these and two seconds more

Link = tuple[str, str, str]  # what, node, exchange: ('ami', 'n1', 'a'), ('redis', 'n1', '')


@dataclass(frozen=True, slots=True)
class Given:
    """What the drill is told, and what was chosen for it."""

    folder: Path
    home: Path
    site: str
    seed: int
    phones: Mapping[str, str] = field(repr=False)  # number -> password
    prompts: Path
    rules: Path
    speech_streams: int
    drain_s: float
    ami: str = field(default_factory=lambda: secrets.token_hex(12), repr=False)
    redis: str = field(default_factory=lambda: secrets.token_hex(12), repr=False)
    others: str = field(default_factory=lambda: secrets.token_hex(24), repr=False)

    def log(self, part: str) -> Path:
        return self.folder / "log" / f"{part}.log"


class Ports:
    """Each part's own: nobody is given one twice."""

    def __init__(self) -> None:
        self._taken: set[int] = set()
        self.redis, self.mqtt, self.sql = self._one(), self._one(), self._one()
        self.http = {node: self._one() for node in NODES}
        self.ami = {exchange: self._one() for exchange in EXCHANGES}
        self.sip = {exchange: self._one(socket.SOCK_DGRAM) for exchange in EXCHANGES}
        self.trunk = {exchange: self._one(socket.SOCK_DGRAM) for exchange in EXCHANGES}
        self.fastagi = {(node, exchange): self._one() for node in NODES for exchange in EXCHANGES}
        self.sound = {(node, exchange): self._one() for node in NODES for exchange in EXCHANGES}
        self.rtp: dict[str, int] = {}
        for exchange in EXCHANGES:
            self.rtp[exchange] = self._range()

    def relay(self) -> int:
        return self._one()

    def _one(self, kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
        while (port := free_port(kind)) in self._taken:
            pass
        self._taken.add(port)
        return port

    def _range(self) -> int:
        while True:
            first = free_range(RTP_PORTS)
            if self._taken.isdisjoint(range(first, first + RTP_PORTS)):
                self._taken.update(range(first, first + RTP_PORTS))
                return first


class Links:
    """The relays, by what they carry. They refuse until the part behind them listens."""

    def __init__(self, ports: Ports, seed: int, *, sql: bool) -> None:
        self.noise = {
            (node, exchange): AmiNoise(Random(f"{seed} {node} {exchange}"))  # noqa: S311 - no secret
            for node in NODES
            for exchange in EXCHANGES
        }
        self.relays: dict[Link, Relay] = {}
        for node in NODES:
            for exchange in EXCHANGES:
                here = (node, exchange)
                said = self.noise[here].said
                self.relays["ami", *here] = _relay(ports, ports.ami[exchange], said=said)
                self.relays["fastagi", *here] = _relay(ports, ports.fastagi[here])
                self.relays["sound", *here] = _relay(ports, ports.sound[here])
            self.relays["redis", node, ""] = _relay(ports, ports.redis)
            self.relays["mqtt", node, ""] = _relay(ports, ports.mqtt)
            if sql:
                self.relays["sql", node, ""] = _relay(ports, ports.sql)

    def port(self, what: str, node: str, exchange: str = "") -> int:
        return self.relays[what, node, exchange].port

    def of(self, *what: str, node: str = "", exchange: str = "") -> list[Relay]:
        """Those that carry one of these; of this node, of this exchange, where one is named."""
        return [
            relay
            for (carried, at_node, at_exchange), relay in self.relays.items()
            if carried in what and node in ("", at_node) and exchange in ("", at_exchange)
        ]


def _relay(ports: Ports, target: int, **more: object) -> Relay:
    return Relay(f"{LOOPBACK}:{target}", port=ports.relay(), there=False, **more)  # type: ignore[arg-type]


def presence(relays: Iterable[Relay]) -> Change:
    """For the part behind these relays: each is open while that part listens."""
    relays = list(relays)
    waiting: set[asyncio.Task[None]] = set()

    async def open_once_there(relay: Relay) -> None:
        await listening(split_address(relay.target)[1])
        await relay.open()

    async def changed(lives: bool) -> None:
        for task in waiting:
            task.cancel()
        waiting.clear()
        for relay in relays:
            await relay.close()
            if lives:
                waiting.add(asyncio.create_task(open_once_there(relay)))  # ends soon, or by the part's death

    return changed


# --- the parts ----------------------------------------------------------------------------------------------------


def valkey(given: Given, ports: Ports, changed: Change) -> Part:
    """As `kezek up` runs it; its data lie in `valkey_data`."""
    plan = Plan(given.folder, LOOPBACK, False, {"redis": ports.redis}, {}, frozenset())
    command = parts.valkey(plan, Secrets(redis=given.redis)).command
    return Part("redis", command, given.log("redis"), environment=os.environ, changed=changed)


def valkey_data(folder: Path) -> Path:
    return folder / "data" / "valkey"


def broker(given: Given, ports: Ports, changed: Change) -> Part:
    plan = Plan(given.folder, LOOPBACK, False, {"mqtt": ports.mqtt}, {}, frozenset())
    return Part("mqtt", parts.broker(plan).command, given.log("mqtt"), environment=os.environ, changed=changed)


def asterisk(given: Given, ports: Ports, links: Links, name: str) -> Part:
    values = InstanceValues(
        ami_port=ports.ami[name],
        ami_secret=given.ami,
        sip_port=ports.sip[name],
        rtp_first=ports.rtp[name],
        rtp_last=ports.rtp[name] + RTP_PORTS - 1,
        nodes=tuple(f"{LOOPBACK}:{links.port('fastagi', node, name)}" for node in NODES),
        line_password=given.others,
        phones=given.phones,
        numbers=(NUMBER,),
        trunk_contact=f"{LOOPBACK}:{ports.trunk[name]}",
        exchange=name,
        peers={other: f"{LOOPBACK}:{port}" for other, port in ports.sip.items() if other != name},
        peer_password=given.others,
        system_name=name,
        qualify_s=QUALIFY_S,
    )
    instance = write_instance(given.folder / name, given.home / "prefix", values)
    changed = presence(links.of("ami", exchange=name))
    return Part(name, instance.command(), given.log(name), environment=os.environ, changed=changed)


def node(given: Given, ports: Ports, links: Links, name: str, sql_url: str, recordings: Path) -> Part:
    home = given.folder / name
    home.mkdir(exist_ok=True)
    exchanges = {
        exchange: {
            "ami": f"{LOOPBACK}:{links.port('ami', name, exchange)}",
            "fastagi": f"{LOOPBACK}:{ports.fastagi[name, exchange]}",
            "sound": f"{LOOPBACK}:{ports.sound[name, exchange]}",
            "sound_address": f"{LOOPBACK}:{links.port('sound', name, exchange)}",
        }
        for exchange in EXCHANGES
    }
    told: dict[str, object] = {
        "home": home,
        "site": given.site,
        "node": name,
        "redis_url": f"redis://:{given.redis}@{LOOPBACK}:{links.port('redis', name)}/0",
        "sql_url": sql_url,
        "mqtt_url": f"mqtt://{LOOPBACK}:{links.port('mqtt', name)}",
        "exchanges": json.dumps(exchanges),
        "ami_secret": given.ami,
        "secret_key": given.others,
        "http_listen": f"{LOOPBACK}:{ports.http[name]}",
        "prompts": given.prompts,
        "models": given.home / "models",
        "recordings": recordings,
        "rules": given.rules,
        "languages": furnishing.LANGUAGE,
        "default_language": furnishing.LANGUAGE,
        "numbers": f"{NUMBER}:{furnishing.QUEUE}",
        "speech_streams": given.speech_streams,
        "ring_s": 8,
        "wrap_up_s": 1,
        "drain_s": given.drain_s,
    }
    mine = {key: value for key, value in os.environ.items() if not key.startswith("KEZEK_")}
    environment = mine | {f"KEZEK_{key.upper()}": str(value) for key, value in told.items()}
    changed = presence(links.of("fastagi", "sound", node=name))
    command = (sys.executable, "-m", "kezek_api.command", "serve")
    return Part(name, command, given.log(name), environment=environment, changed=changed)


def point(given: Given, ports: Ports, name: str) -> ExchangePoint:
    return ExchangePoint(name, ports.sip[name], ports.trunk[name], given.phones)
