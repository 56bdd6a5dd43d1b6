"""KEZEK_* points at one's own Redis, PostgreSQL and MQTT broker: those are used, and not started."""

from __future__ import annotations

from pathlib import Path

import pytest

from kezek_register import Register
from kit.broker import MqttBroker
from kit.databases import PostgresServer
from kit.installation import installation, set_up
from kit.valkey import Valkey

pytestmark = pytest.mark.timeout(240)


@pytest.mark.long
async def test_the_demo_call_on_parts_of_ones_own(
    tmp_path: Path, valkey: Valkey, postgres_server: PostgresServer, mqtt_broker: MqttBroker
) -> None:
    """The demo operator's own desk confirms; `kezek call` finds the ticket in PostgreSQL."""
    own = {
        "redis_url": valkey.url,
        "sql_url": postgres_server.url(postgres_server.database()),
        "mqtt_url": f"mqtt://127.0.0.1:{mqtt_broker.port}",
        "site": tmp_path.name[:32],
    }
    code, said = await set_up(tmp_path / "home", **own)
    assert code == 0, said
    assert "postgresql+psycopg, migrated" in said
    async with installation(tmp_path / "home", "--demo", "--no-call", **own) as made:
        assert not (tmp_path / "home" / "log" / "redis.log").exists()
        code, said = await made.kezek("call")
        assert code == 0, said
        assert "confirmed" in said
        assert "In SQL: ticket" in said
    async with Register.open(own["sql_url"]) as register:
        (ticket,) = await register.tickets.list()
        assert (ticket.house, ticket.flat, ticket.topic, ticket.confirmed) == ("4", "12", "heating", True)
