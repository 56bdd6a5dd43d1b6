"""The main job, as its users see it: everything real, from the SIP caller's voice to the row in SQL."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from kezek_api.supervise.plan import RTP
from kezek_register import Register
from kit.desk import open_desk, sign_in
from kit.installation import Installation, installation, set_up, until
from kit.sockets import Listening, listening

pytestmark = pytest.mark.timeout(240)


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    home = tmp_path_factory.mktemp("house")
    code, said = await set_up(home)
    assert code == 0, said
    async with installation(home, "--demo", "--no-call") as made:
        yield made


async def test_a_citizen_speaks_and_the_operator_reads_who_where_and_what(house: Installation) -> None:
    """The caller's words, as the real recogniser heard them, are on the ringing pop and in SQL afterwards."""
    async with httpx.AsyncClient(base_url=house.page, headers={"Origin": house.page}) as client:
        await sign_in(client, "operator", house.password("operator"))
        async with open_desk(client, house.page) as desk:
            await client.post("/api/operator/ready")
            calling = asyncio.create_task(house.kezek("call", "--json"))
            try:
                pop = await desk.phase("ringing")
                assert pop["household"]["person"] == "Aigerim Demo"
                for name, value in (("street", "Ағаш"), ("house", "4"), ("topic", "heating")):
                    assert pop["fields"][name]["value"] == value
                    assert pop["fields"][name]["source"] == "spoken", f"{name} as heard, not as known"
                assert pop["fields"]["flat"]["value"] == "12", "kept: the caller named the address we know"
                assert "나무" in " ".join(words["text"] for words in pop["words"])
                pop = await desk.phase("talking")
                ticket = await confirm(client, pop)
                pop = await desk.phase("wrap_up")
                assert pop["ticket"]["number"] == ticket["number"]
                await client.post("/api/operator/wrap-up/done")
            finally:
                code, said = await calling
    story = [json.loads(line) for line in said.splitlines()]
    steps = [step["step"] for step in story]
    assert code == 0, said
    wanted = ["answered", "language", "known_number", "words", "fields", "place", "offered", "ringing", "connected"]
    assert [step for step in wanted if step not in steps] == []
    assert story[-1]["ok"] is True
    async with Register.open(f"sqlite+aiosqlite:///{house.home / 'kezek.sqlite'}") as register:
        row = await register.tickets.get(ticket["number"])
        assert (row.house, row.topic, row.confirmed, row.operator) == ("4", "heating", True, "operator")
        assert (row.provenance["house"], row.caller) == ("spoken", "+77009990109")
        street = await register.addresses.street(row.street_id or 0)
        assert street.names["ko"] == "나무"


async def test_nobodys_words_or_number_are_in_a_log(house: Installation) -> None:
    logs = "".join(path.read_text(errors="replace") for path in (house.home / "log").glob("*.log"))
    for private in ("나무", "난방", "77009990109", "Aigerim"):
        assert private not in logs


async def test_every_port_of_every_part_is_on_loopback_alone(house: Installation) -> None:
    """As the kernel tells it, while a call is on: pages, FastAGI, sound, AMI, SIP, WebSocket, RTP, Valkey, MQTT, the
    phones' control. But for Asterisk's DNS client, one socket for each IP, where nobody but a name server is heard; and
    the demo phone's own sound and DNS: baresip knows no other way."""
    seen: set[Listening] = set()
    calling = asyncio.create_task(house.kezek("call", "--json"))
    while not calling.done():
        seen.update(listening(house.processes()))
        await asyncio.sleep(0.2)
    code, said = await calling
    assert code == 0, said
    names = {name for name, port in house.run["ports"].items() if port in {one.port for one in seen}}
    assert names == set(house.run["ports"]), "each part was looked at"
    assert [one for one in seen if one.program == "asterisk" and RTP[0] <= one.port <= RTP[1]], "and its sound"
    abroad = [
        one for one in seen if not one.on_loopback and not ("baresip" in one.program and one.kind.startswith("udp"))
    ]
    resolver = [one for one in abroad if one.program.startswith("asterisk") and one.kind.startswith("udp")]
    assert [one for one in abroad if one not in resolver] == []
    assert len(resolver) <= 2
    assert not any(RTP[0] <= one.port <= RTP[1] for one in resolver)


async def test_a_second_house_in_the_same_home_is_refused(house: Installation) -> None:
    code, said = await house.kezek("up")
    assert code == 3
    assert "already running" in said


async def test_staff_is_added_and_gets_a_phone(house: Installation) -> None:
    code, said = await house.kezek("user", "add", "dina", "--phone", "1011", "--language", "kk")
    assert code == 0, said
    assert "SIP account 1011" in said
    again, why = await house.kezek("user", "add", "dina")
    assert (again, "already" in why) == (1, True)


async def test_a_killed_supervisor_leaves_no_orphan(tmp_path: Path) -> None:
    """SIGKILL: nobody is asked, and nobody stays."""
    async with installation(tmp_path / "home", "--no-demo", deaf=True) as made:
        children = made.processes()
        assert len(children) >= 4
        os.kill(made.process.pid, signal.SIGKILL)
        await made.process.wait()
        await until(lambda: not any(alive(pid) for pid in children), 10, "all parts are gone")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def confirm(client: httpx.AsyncClient, pop: dict[str, Any]) -> dict[str, Any]:
    fields = {name: field["value"] for name, field in pop["fields"].items()}
    body = {**fields, "street_id": int(pop["fields"]["street"]["ref"]), "note": "from the whole path's test"}
    answer = await client.post(f"/api/calls/{pop['call']}/ticket", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
