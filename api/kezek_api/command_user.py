"""`kezek user add`: staff into the register, and for an operator a SIP account into Asterisk."""

from __future__ import annotations

import json
import secrets as randomness
from dataclasses import replace

from rich.console import Console

from kezek_api import browser_phones
from kezek_api.passwords import Passwords
from kezek_api.settings import Settings
from kezek_api.supervise import plan, secrets
from kezek_register import Conflict, NotFound, Register, Staff
from kezek_register.types import Role
from kezek_telephony.instance import Instance

LEAST_PASSWORD = 10  # characters


async def add(
    settings: Settings,
    login: str,
    name: str,
    role: str,
    phone: str,
    queues: tuple[str, ...],
    language: str,
    password: str,
    *,
    browser: bool = False,
    organisation: str = "",
    second_line: bool = False,
) -> int:
    """0 when added; 1 with the reason when not. `organisation`: the code of an executor's own."""
    console = Console(highlight=False)
    known: dict[str, Role] = {"operator": "operator", "manager": "manager", "executor": "executor"}
    wrong = refused(role in known, phone, password, set(queues) - set(settings.queues))
    if wrong := wrong or refused_of_role(role, phone, organisation, second_line):
        console.print(f"[red]{wrong}[/]")
        return 1
    shown = "" if password else randomness.token_urlsafe(12)
    serves = () if role == "executor" else queues or settings.queues
    member = Staff(login, name or login, known[role], phone, language, serves, {}, second_line=second_line)
    async with Register.open(settings.sql) as register:
        await register.migrate()
        if organisation:
            try:
                own = await register.organisations.get(organisation)
            except NotFound:
                console.print(f"[red]there is no organisation {organisation}[/] (kezek import organisations FILE)")
                return 1
            member = replace(member, organisation_id=own.id)
        if phone and (owner := await register.staff.by_phone(phone)):
            console.print(f"[red]the phone {phone} is {owner.login}'s[/]")
            return 1
        try:
            await register.staff.add(member)
        except Conflict:
            console.print(f"[red]there is a {login} already[/]")
            return 1
        await register.staff.set_password_hash(login, await Passwords().hash(password or shown))
    console.print(f"{role} [bold]{login}[/] added" + (f", password [bold]{shown}[/] (shown once)" if shown else ""))
    if phone:
        console.print(await sip_account(settings, phone, browser=browser))
    return 0


async def move(settings: Settings, phone: str, *, browser: bool) -> int:
    """A known phone is used in the browser from now on, or on the desk: 0; 1 with the reason when it is not known."""
    console = Console(highlight=False)
    if phone not in secrets.load(settings.home).phones:
        console.print(f"[red]there is no SIP account {phone}[/] (kezek user add --phone makes one)")
        return 1
    console.print(await sip_account(settings, phone, browser=browser))
    return 0


def refused(role_known: bool, phone: str, password: str, unknown_queues: set[str]) -> str:
    """Why not, in words; '' when all is well."""
    if not role_known:
        return "the role is operator, manager or executor"
    if phone and not (phone.isdigit() and 2 <= len(phone) <= 6):
        return "a phone is an extension of 2 to 6 digits"
    if password and len(password) < LEAST_PASSWORD:
        return f"a password has at least {LEAST_PASSWORD} characters"
    if unknown_queues:
        return f"no such queue: {', '.join(sorted(unknown_queues))}"
    return ""


def refused_of_role(role: str, phone: str, organisation: str, second_line: bool) -> str:
    """Why not, in words; '' when what is given fits the role."""
    if role == "executor" and not organisation:
        return "an executor belongs to an organisation: --organisation CODE"
    if role != "executor" and organisation:
        return "only an executor belongs to an organisation"
    if role == "executor" and phone:
        return "an executor has no extension here"
    if role != "operator" and second_line:
        return "the second line are operators; a manager may route anyway"
    return ""


async def sip_account(settings: Settings, phone: str, *, browser: bool = False) -> str:
    """Make the phone's SIP account in the embedded Asterisk, which takes it at once when it runs."""
    running = plan.read(settings.home)
    if "sip" not in running or running.get("ami_host") is None:
        return f"give the phone {phone} an account in your Asterisk: see docs/own-parts.md"
    kept = secrets.load(settings.home)
    password = kept.phone(phone)
    secrets.save(settings.home, kept)
    in_browsers = browser_phones.read(settings.browser_phones)
    in_browsers.pop(phone, None)
    if browser:
        in_browsers[phone] = password
    secrets.write_private(settings.browser_phones, json.dumps(in_browsers, indent=1))
    try:
        await Instance(settings.home.resolve() / "asterisk", settings.home.resolve() / "prefix").write_phones(
            kept.phones, in_browsers
        )
    except (ConnectionError, OSError):
        when = "from the next start on"
    else:
        when = "from now on"
    if browser:
        return f"phone {phone} is in the operator's browser, {when}"
    return f"SIP account {phone} at {running['sip']}/udp, password [bold]{password}[/], {when}"
