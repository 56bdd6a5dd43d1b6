"""Where everything runs: ports and addresses of the embedded parts, in `<home>/run.json` for every `kezek` command.

What KEZEK_* in the environment points at one's own Asterisk, Redis, SQL or MQTT is not started here.
"""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kezek_api.settings import Settings
from kezek_api.supervise.secrets import Secrets, write_private

FILE = "run.json"
RTP = (16000, 17999)
# Port that is taken when it is free, else any other: real phones want to find theirs again.
PREFERRED = {"sip": 5060, "http": 8109}
LOOPBACK = "127.0.0.1"
LINGER_S = 3.0  # for the ports of the last time, all of them together


@dataclass(frozen=True, slots=True)
class Plan:
    home: Path
    listen: str  # the address for real phones and browsers; the loopback when nobody asked for more
    demo: bool
    ports: dict[str, int]
    settings: dict[str, Any]  # names of Settings -> values; what the node and the commands read
    embedded: frozenset[str]  # redis | mqtt | asterisk: those that are ours to run
    moved: tuple[str, ...] = ()  # ports that people know and that somebody else has taken

    @property
    def sip(self) -> str:
        return f"{self.listen}:{self.ports['sip']}"

    @property
    def local_sip(self) -> str:
        """Where the demo's phones, on this machine, find Asterisk: it listens on the loopback in any case."""
        return f"{self.listen if ipaddress.ip_address(self.listen).is_loopback else LOOPBACK}:{self.ports['sip']}"

    @property
    def page(self) -> str:
        return f"http://{self.listen}:{self.ports['http']}/"


def make(home: Path, secrets: Secrets, *, listen: str, demo: bool) -> Plan:
    """Choose ports (last time's, where they are still free) and write run.json."""
    before = read(home).get("ports", {})
    names = ("sip", "http", "redis", "mqtt", "ami", "fastagi", "sound", "sip_ws")
    ports: dict[str, int] = {}
    lingering = time.monotonic() + LINGER_S
    for name in names:
        address = listen if name in PREFERRED else LOOPBACK
        if last := before.get(name):  # a part that was killed a moment ago may still have it
            while not can_bind(address, last, datagram=name == "sip") and time.monotonic() < lingering:
                time.sleep(0.05)
        wanted = [port for port in (PREFERRED.get(name), last) if port]
        ports[name] = free(address, wanted, datagram=name == "sip", taken=set(ports.values()))
    moved = tuple(
        f"port {before[name]} of {name} is taken by somebody else: it is {ports[name]} now"
        for name in PREFERRED
        if before.get(name, ports[name]) != ports[name] and not can_bind(listen, before[name], datagram=name == "sip")
    )
    embedded = {
        part
        for part, variable in (("redis", "REDIS_URL"), ("mqtt", "MQTT_URL"), ("asterisk", "AMI_HOST"))
        if f"KEZEK_{variable}" not in os.environ
    }
    demo = demo and "asterisk" in embedded  # its phones have accounts in the embedded Asterisk alone
    settings: dict[str, Any] = {
        "http_listen": f"{listen}:{ports['http']}",
        "fastagi_listen": f"{LOOPBACK}:{ports['fastagi']}",
        "sound_listen": f"{LOOPBACK}:{ports['sound']}",
        "secret_key": secrets.cookies,
    }
    if demo:  # the sample town has Korean names too: the one model that is a package proves the path
        settings["languages"] = [*Settings.load(home).languages]
        settings["languages"] += [] if "ko" in settings["languages"] else ["ko"]
    if "redis" in embedded:
        settings["redis_url"] = f"redis://:{secrets.redis}@{LOOPBACK}:{ports['redis']}/0"
    if "mqtt" in embedded:
        settings["mqtt_url"] = f"mqtt://{LOOPBACK}:{ports['mqtt']}"
    if "asterisk" in embedded:
        settings |= {"ami_host": LOOPBACK, "ami_port": ports["ami"], "ami_user": "kezek", "ami_secret": secrets.ami}
        settings["prompts"] = str(home / "prompts")
        settings["sip_websocket"] = f"ws://{LOOPBACK}:{ports['sip_ws']}/ws"
    plan = Plan(home, listen, demo, ports, settings, frozenset(embedded), moved)
    told = {**settings, "ports": ports, "sip": plan.sip, "local_sip": plan.local_sip, "pid": os.getpid()}
    write_private(home / FILE, json.dumps(told, indent=1))
    return plan


def discard_damaged(home: Path) -> bool:
    """True when what the last `kezek up` wrote cannot be read: it is gone then, and is made anew. Nothing is lost by it
    but the ports of the parts among themselves."""
    path = home / FILE
    if not path.exists() or read(home):
        return False
    path.unlink()
    return True


def read(home: Path) -> dict[str, Any]:
    """What the last `kezek up` wrote; {} when there was none, or nothing that can be read."""
    try:
        found = json.loads((home / FILE).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def can_bind(address: str, port: int, *, datagram: bool) -> bool:
    with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as packets:
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            stream.bind((address, port))
            if datagram:
                packets.bind((address, port))
        except OSError:
            return False
    return True


def free(address: str, wanted: Sequence[int], *, datagram: bool, taken: set[int]) -> int:
    """The first of `wanted` that can be bound, else any port that can (TCP, and UDP as well when `datagram`)."""
    for port in (*wanted, *([0] * 50)):
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as packets:
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                stream.bind((address, port))
                found = int(stream.getsockname()[1])
                if datagram:
                    packets.bind((address, found))
            except OSError:
                continue
            if found not in taken:
                return found
    raise OSError(f"no port can be had at {address}: is it an address of this machine?")
