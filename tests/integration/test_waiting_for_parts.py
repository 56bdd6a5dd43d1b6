"""`kezek serve` before anything else is there, not even a name for it: it waits, says for what, comes up with each."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from kezek_api.settings import Settings
from kezek_queue import RedisQueues
from kit.api import until
from kit.asterisk import free_port, running_asterisk
from kit.broker import MqttBroker
from kit.databases import PostgresServer, postgres_proxy
from kit.installation import KEZEK, environment
from kit.sip_agent import SipAgent
from kit.valkey import Valkey

NAMES = ("redis", "asterisk", "broker")
LIMIT_S = 30.0
OWN_HOSTS = (
    "unshare",
    "-m",
    "sh",
    "-c",
    'mount --bind "$0" /etc/hosts && exec "$@"',
)  # a view of /etc/hosts of its own


def may_have_own_hosts(hosts: Path) -> bool:
    return shutil.which("unshare") is not None and (
        subprocess.run([*OWN_HOSTS, str(hosts), "true"], capture_output=True, check=False).returncode == 0
    )


@pytest.mark.timeout(240)
async def test_it_waits_for_its_parts_and_serves_with_the_last_of_them(
    tmp_path: Path, postgres_server: PostgresServer, mqtt_broker: MqttBroker
) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n")
    if not await asyncio.to_thread(may_have_own_hosts, hosts):
        pytest.skip("a namespace of one's own is not allowed here")
    mqtt_broker.kill()
    valkey = Valkey(tmp_path, "--port", str(redis_port := free_port()))
    listen = f"127.0.0.1:{free_port()}"
    async with contextlib.AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(postgres_proxy(postgres_server))
        await proxy.cut()
        asterisk = await stack.enter_async_context(running_asterisk())
        await asterisk.kill()
        settings = {
            "redis_url": f"redis://redis.kezek.test:{redis_port}/0",
            "sql_url": postgres_server.url(postgres_server.database(), proxy.folder),
            "mqtt_url": f"mqtt://broker.kezek.test:{mqtt_broker.port}",
            "ami_host": "asterisk.kezek.test",
            "ami_port": str(asterisk.settings.ami_port),
            "ami_secret": asterisk.settings.ami_secret,
            "fastagi_listen": f"127.0.0.1:{asterisk.settings.fastagi_port}",
            "sound_listen": "127.0.0.1:0",
            "http_listen": listen,
            "secret_key": "for tests alone",
            "speech_streams": "0",
        }
        log = stack.enter_context((tmp_path / "serve.txt").open("wb"))
        process = await asyncio.create_subprocess_exec(
            *OWN_HOSTS, str(hosts), *KEZEK, "serve", env=environment(tmp_path, **settings), stdout=log, stderr=log
        )
        stack.push_async_callback(process.wait)
        stack.callback(lambda: process.kill() if process.returncode is None else None)
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://{listen}", timeout=5))

        async def parts() -> dict[str, str]:
            """'' for those that are there."""
            with contextlib.suppress(httpx.TransportError):
                told = (await client.get("/health")).json()["parts"]
                return {name: "" if part["ok"] else part["detail"] for name, part in told.items()}
            return {}

        async def there(name: str) -> None:
            async def is_there() -> bool:
                return (await parts()).get(name) == ""

            await until(is_there, LIMIT_S)

        async def all_missing() -> bool:
            told = await parts()
            return [told.get(name) for name in ("redis", "sql", "asterisk", "mqtt")] == [
                "no answer", "no answer", "starting", "no broker",
            ]  # fmt: skip

        await until(all_missing, 60)
        with hosts.open("a") as more:
            more.writelines(f"127.0.0.1 {name}.kezek.test\n" for name in NAMES)
        await asyncio.to_thread(valkey.start)
        stack.callback(valkey.kill)
        await there("redis")
        await asyncio.to_thread(mqtt_broker.start)
        await there("mqtt")
        await proxy.restore()
        await there("sql")
        await there("books")
        await asterisk.start()
        await there("asterisk")
        assert (await client.get("/health")).json()["status"] == "ok"
        citizens = await stack.enter_async_context(SipAgent.line(asterisk))
        call = await citizens.call("109")
        await call.answered()
        call.press("0")
        site = Settings.load(tmp_path).site
        queues = await stack.enter_async_context(RedisQueues(valkey.url, site))

        async def waits() -> bool:
            return bool((await queues.snapshot()).waiting)

        await until(waits, LIMIT_S)
        await call.hang_up()
        process.terminate()
        assert await process.wait() == 0
        assert "Traceback" not in (tmp_path / "serve.txt").read_text()
