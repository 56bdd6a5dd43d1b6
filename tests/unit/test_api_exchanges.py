"""Several Asterisks: in the settings, in the health, as one switchboard for citizens dialled and for managers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kezek_api.boards import RINGS_S, Boards
from kezek_api.exchange_settings import telephony_settings
from kezek_api.health import Health
from kezek_api.settings import Settings, SettingsError
from kezek_queue import ModelQueues, Queues
from kezek_telephony import DialStep, LinkDown, Outside, Phone, Refused
from kit.scripted_line import in_virtual_time, virtual_now

LINE = "a=192.0.2.1:5038/192.0.2.9:4573/192.0.2.9:4574, b=192.0.2.2:5038/192.0.2.9:4583/192.0.2.9:4584"


def test_exchanges_are_read_from_one_line_or_from_json(tmp_path: Path) -> None:
    settings = Settings.load(tmp_path, exchanges=LINE, ami_secret="s")
    b = telephony_settings(settings, "b")
    assert (b.exchange, b.ami_host, b.ami_port, b.fastagi_port, b.sound_port) == ("b", "192.0.2.2", 5038, 4583, 4584)
    json = '{"a": {"ami": "h:1", "fastagi": "h:2", "sound": "h:3", "sound_address": "far:4"}}'
    assert telephony_settings(Settings.load(tmp_path, exchanges=json, ami_secret="s"), "a").sound_address == "far:4"
    alone = telephony_settings(Settings.load(tmp_path, ami_host="192.0.2.3", ami_port=7, ami_secret="s"))
    assert (alone.exchange, alone.ami_host, alone.ami_port) == ("", "192.0.2.3", 7)


@pytest.mark.parametrize("wrong", ["a=h:1", "a=h:1/h:2/nowhere", '{"a": {"ami": "h:1"}}', "a b=h:1/h:2/h:3"])
def test_exchanges_that_cannot_be_read_stop_the_start(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SettingsError, match="exchanges"):
        Settings.load(tmp_path, exchanges=wrong)


def test_a_node_that_has_one_exchange_of_two_is_not_down() -> None:
    health = Health()
    health.mark("redis", True)
    health.mark("asterisk", False, "b: not connected", limps=True)
    assert health.view().status == "degraded"
    health.mark("asterisk", False, "a: not connected; b: not connected")
    assert health.view().status == "down"


@dataclass
class Board:
    """What a switchboard answers."""

    has: bool | None = False
    up: bool = True
    trunk: bool = False
    phones: frozenset[str] = frozenset()
    asked: list[Any] = field(default_factory=list)

    @property
    def peers(self) -> SimpleNamespace:
        return SimpleNamespace(has_trunk=self.trunk)

    def registered(self) -> frozenset[str]:
        return self.phones

    async def dialled(self, call: str) -> bool | None:
        return self.has

    def dial(self, call: str, *_: object, **__: object) -> AsyncIterator[DialStep]:
        self.asked.append(call)
        return cast(AsyncIterator[DialStep], None)

    async def supervise(self, call: str, operator_phone: str, *, phone: Phone, mode: str) -> str:
        self.asked.append(phone)
        return "leg"


def two(a: Board, b: Board, away_since: float | None = None) -> tuple[Boards, ModelQueues]:
    queues = ModelQueues(virtual_now)
    exchanges = [
        SimpleNamespace(name=name, telephony=SimpleNamespace(switchboard=board), away_since=away_since)
        for name, board in (("a", a), ("b", b))
    ]
    return Boards(cast(Any, exchanges), cast(Queues, queues)), queues


@in_virtual_time
async def test_a_citizen_is_dialled_by_an_exchange_that_has_a_trunk() -> None:
    a, b = Board(), Board(trunk=True)
    two(a, b)[0].dial("cb-1", Outside("7701"), since=0, language="kk", seconds=20)
    assert (a.asked, b.asked) == ([], ["cb-1"])
    a.up = b.up = False
    with pytest.raises(LinkDown):
        two(a, b)[0].dial("cb-1", Outside("7701"), since=0, language="kk", seconds=20)


@in_virtual_time
async def test_who_may_be_on_the_line_elsewhere_is_not_dialled() -> None:
    """P8: unclear while the exchange that is away may ring him; then only if the line knows him there."""
    boards, queues = two(Board(), Board(has=True))
    assert await boards.dialled("cb-1") is True
    boards, queues = two(Board(), Board(has=None))
    await queues.arrive("cb-1", caller="", dialled="109", since=0, node="n", exchange="a")
    assert await boards.dialled("cb-1") is None
    boards, queues = two(Board(), Board(has=None), away_since=asyncio.get_running_loop().time() - RINGS_S)
    await queues.arrive("cb-1", caller="", dialled="109", since=0, node="n", exchange="a")
    assert await boards.dialled("cb-1") is False
    await queues.arrive("cb-1", caller="", dialled="109", since=0, node="n", exchange="b")
    assert await boards.dialled("cb-1") is None


@in_virtual_time
async def test_a_manager_listens_at_the_exchange_that_has_the_talk() -> None:
    a, b = Board(phones=frozenset({"301"})), Board()
    boards, queues = two(a, b)
    await queues.arrive("c1", caller="", dialled="109", since=0, node="n", exchange="b")
    assert await boards.supervise("c1", "201", phone=Phone("301"), mode="listen") == "leg"
    assert b.asked == [Phone("301", "a")]
    with pytest.raises(Refused):
        await boards.supervise("c1", "201", phone=Phone("302"), mode="listen")
