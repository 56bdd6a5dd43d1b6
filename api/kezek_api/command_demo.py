"""The demo operator as a part of `kezek up`."""

from __future__ import annotations

from kezek_api.demo.operator import run
from kezek_api.demo.softphone import SipAccount
from kezek_api.provision.staff import DEMO_OPERATOR, DEMO_PHONE
from kezek_api.settings import Settings
from kezek_api.supervise import plan, secrets


async def operate(settings: Settings) -> None:
    kept = secrets.load(settings.home)
    server = str(plan.read(settings.home)["local_sip"])
    account = SipAccount(DEMO_PHONE, server, kept.phone(DEMO_PHONE), "Aigul Omarova")
    await run(settings, DEMO_OPERATOR, kept.account(DEMO_OPERATOR), account)
