"""Callers whose names and numbers are attacks, from SIP to the desk, the history, MQTT and the logs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiomqtt
import pytest

from kezek_telephony.arrival import NAME_LENGTH
from kit.api import until
from kit.broker import MqttBroker
from kit.seat import Seat
from kit.sip_agent import SipAgent
from kit.sip_call import SipCall
from kit.valkey import Valkey
from kit.whole import City, hotline
from kit.whole_process import Process, serving

pytestmark = pytest.mark.timeout(120)

NAMES = {
    "quotes": '"\'`\\"',
    "a line break, escaped": "x\\r\\nAction: Originate\\r\\nChannel: Local/1",
    "a line break, in percents": "x%0d%0aAction%3a Originate",
    "escape codes": "\x01\x1b[31mred\x7f",
    "NUL": "before\x00after",
    "8 kB": "Overlong" * 1_000,
    "right to left": "\u202egnp.exe\u2066Ослан\u200f",
    "SQL": "Robert'); DROP TABLE calls;--",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "a dialplan expression": "${SHELL(touch /tmp/kezek-was-here)}$[1+1]",
    "an AGI command": 'x"\nEXEC "System" "touch /tmp/kezek-was-here',
    "commas": "a,b;c|d&e^f",
    "MQTT": "#/+/$SYS",
}
NUMBERS = {
    "200 digits": "8" * 200,
    "letters": "robert",
    "a plus in the middle": "7701+5550177",
    "an expression": "${SHELL(touch${IFS}/tmp/kezek-was-here)}",
    "a parameter": "77015550178;phone-context=x",
    "a line break": "7701%0d%0a5550179",
    "another call's name in FastAGI": "1%0aagi_arg_1%3a%20kezek-1.1%0aagi_arg_7%3a%209%0a%0a",
    "a wildcard": "_X.",
}
HERE = Path("/tmp/kezek-was-here")  # noqa: S108 - what the attacks would make


def nothing_was_done() -> bool:
    return not HERE.exists()


@dataclass
class Scene:
    city: City
    node: Process
    asel: Seat
    street: SipAgent
    told: list[str] = field(default_factory=list)  # MQTT, topics and payloads

    async def comes(self, *, name: str = "", caller: str = "77015550170") -> SipCall | None:
        """The call, once it is answered; None when Asterisk did not take what was sent."""
        call = await self.street.call("109", name=name.replace("\n", " "), caller=caller)
        try:
            await call.answered(3)
        except TimeoutError:
            return None
        return call

    async def is_served(self, call: SipCall) -> tuple[str, str | None]:
        """From the key to the row of the history; the name and the number that the desk and the history show."""
        call.press("0")
        ring = await self.asel.phone.rings()
        ring.answer()
        pop = await self.asel.shows(phase="talking")
        await call.hang_up()
        await self.asel.done()
        async with self.city.head(base=self.node.base) as head:
            row = await self.city.row(head, lambda row: row["call"] == pop["call"] and row["end"])
        assert row["end"] == "answered"
        assert row["caller"].lstrip("+") == (pop["caller"] or "").lstrip("+")
        await self.asel.state("ready")
        return pop["caller_name"], pop["caller"]


@pytest.fixture(scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory, town: Path, valkey: Valkey) -> AsyncIterator[Scene]:
    assert nothing_was_done()
    broker = MqttBroker()
    broker.start()
    folder = tmp_path_factory.mktemp("city")
    async with (
        hotline(folder, town, valkey, "whole-hostile", house=False, mqtt_url=broker.url, wrap_up_s=300) as city,
        serving(city.settings) as node,
        city.seated("asel", base=node.base) as asel,
        SipAgent.calling(city.asterisk) as street,
        aiomqtt.Client("127.0.0.1", broker.port) as listener,
    ):
        scene = Scene(city, node, asel, street)
        await listener.subscribe("#")

        async def listen() -> None:
            async for message in listener.messages:
                assert isinstance(message.payload, bytes)
                scene.told.append(f"{message.topic} {message.payload.decode()}")

        listening = asyncio.create_task(listen())
        yield scene
        listening.cancel()
        await asyncio.wait({listening})
    broker.kill()


@pytest.mark.parametrize("what", NAMES)
async def test_a_name_is_shown_as_text_and_does_nothing(scene: Scene, what: str) -> None:
    call = await scene.comes(name=NAMES[what])
    if call is None:
        assert what in ("NUL", "escape codes", "8 kB"), "only what is no SIP may be dropped by Asterisk"
        return
    name, number = await scene.is_served(call)
    assert len(name) <= NAME_LENGTH
    assert not any(ord(letter) < 0x20 or 0x7F <= ord(letter) < 0xA0 for letter in name)
    assert number == "77015550170"
    assert nothing_was_done()


@pytest.mark.parametrize("what", NUMBERS)
async def test_a_number_that_is_none_is_no_number(scene: Scene, what: str) -> None:
    call = await scene.comes(caller=NUMBERS[what])
    if call is None:
        assert what == "an expression", "only what is no SIP may be dropped by Asterisk"
        return
    _, number = await scene.is_served(call)
    assert not number or (what, number) == ("a parameter", "77015550178")
    assert nothing_was_done()


async def test_afterwards_all_is_as_before_and_nobody_has_been_told(scene: Scene) -> None:
    """No number and no name in MQTT and in the logs of the node and of its books, nor in Asterisk's: but for its own
    warning of a name that is no UTF-8 (as one cut at its limit is), which quotes it."""
    call = await scene.comes(name="Айгүл Қанатқызы", caller="+77015550180")
    assert call
    assert await scene.is_served(call) == ("Айгүл Қанатқызы", "+77015550180")
    await until(lambda: any('"finished"' in told or '"ended"' in told for told in scene.told))
    logs = "".join(path.read_text("utf-8", "replace") for path in scene.city.settings.home.glob("serve-*.txt"))
    assert "signed_in" in logs
    asterisk = "".join(line for line in scene.city.asterisk.log().splitlines(True) if "invalid UTF-8" not in line)
    private = ["7701555", "8" * 40, "DROP TABLE", "<script", "SHELL", "Originate", "Overlong", "gnp.exe", "Айгүл Қ"]
    for where, said in (("MQTT", "\n".join(scene.told)), ("log", logs), ("Asterisk's log", asterisk)):
        assert [each for each in private if each in said] == [], where
    assert len(scene.told) > 20
