"""`kezek up --no-demo`: phones with the accounts that it prints, a member of staff who was added, no model at all."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from kezek_api.demo.softphone import SipAccount, Softphone, softphone
from kezek_api.provision.prompts import speak
from kezek_register import Register, Ticket
from kit.desk import open_desk, sign_in
from kit.installation import Installation, installation, set_up, until

pytestmark = pytest.mark.timeout(180)


async def until_event(phone: Softphone, kind: str, limit_s: float = 60) -> None:
    async with asyncio.timeout(limit_s):
        while (await phone.event()).get("type") != kind:
            pass


async def first_ticket(home: Path) -> Ticket:
    async with asyncio.timeout(20), Register.open(f"sqlite+aiosqlite:///{home / 'kezek.sqlite'}") as register:
        while True:
            if tickets := await register.tickets.list():
                return tickets[0]
            await asyncio.sleep(0.1)


def account(made: Installation, user: str) -> SipAccount:
    secrets = json.loads((made.home / "secrets.json").read_text())
    return SipAccount(user, str(made.run["sip"]), secrets["line"] if user == "line" else secrets["phones"][user])


async def test_a_citizens_phone_reaches_the_phone_of_an_operator_who_was_added(tmp_path: Path) -> None:
    """Without a model the call is served and the fields stay empty; a talk that nobody confirmed leaves a ticket."""
    home = tmp_path / "home"
    code, said = await set_up(home)
    assert code == 0, said
    silence = tmp_path / "silence.wav"
    speak(home / "prefix" / "bin" / "espeak-ng", "", "en", silence, tail_s=60)
    baresip = home / "prefix" / "bin" / "baresip"
    async with installation(home, "--no-demo", deaf=True, languages="kk") as made:
        line = f"user line  password {account(made, 'line').password}"
        await until(lambda: line in (made.home / "up.txt").read_text(), 20, "the accounts are printed")
        code, said = await made.kezek(
            "user",
            "add",
            "dina",
            "--phone",
            "1011",
            "--language",
            "kk",
            "--password-stdin",
            given="a good long password\n",
        )
        assert code == 0, said
        async with (
            softphone(baresip, account(made, "1011"), silence) as handset,
            softphone(baresip, account(made, "line"), silence) as citizen,
            httpx.AsyncClient(base_url=made.page, headers={"Origin": made.page}) as client,
        ):
            await sign_in(client, "dina", "a good long password")
            async with open_desk(client, made.page) as desk:
                await client.post("/api/operator/ready")
                await citizen.dial(f"sip:109@{made.run['sip']}")
                await until_event(handset, "CALL_INCOMING")
                pop = await desk.phase("ringing")
                assert (pop["unheard"], pop["fields"]) == ("no_model", {})
                await handset.accept()
                await desk.phase("talking")
                await citizen.hang_up()
                await desk.phase("wrap_up")
                assert (await client.post("/api/operator/wrap-up/done")).json()["state"] in ("ready", "wrap_up")
                ticket = await first_ticket(home)
    assert (ticket.call, ticket.confirmed, ticket.operator) == (pop["call"], False, "dina")
