"""`kezek setup`: the steps, in two rows beside each other."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rich.console import Console

from kezek_api.provision import browser, console, models, programs, prompts
from kezek_api.provision.staff import DEMO_MANAGER, DEMO_OPERATOR, ensure_demo
from kezek_api.provision.step import Report, Step, carry_out
from kezek_api.settings import Settings
from kezek_api.supervise import secrets
from kezek_ivr.prompts import LANGUAGES, prompt_texts
from kezek_register import Register, has_other_town, load_sample

ROOT = Path(__file__).resolve().parents[2]


def set_up(home: Path, *, tests: bool) -> bool:
    """True when the main job can run; what is missing beside it has been named with its remedy."""
    home.mkdir(parents=True, exist_ok=True)
    settings = Settings.load(home)
    voices = [
        Step("Telephone programs", lambda report: programs.install(home, report)),
        Step("Prompts", lambda report: _prompts(home, report)),
    ]
    if tests:
        voices.append(Step("Browser for the tests", lambda report: browser.find(report)))  # apt's, as the programs
    rest = [
        Step("Web console", lambda report: console.build(ROOT, report)),
        Step("Speech models", lambda report: models.find(ROOT, settings, report)),
        Step("Register", lambda report: asyncio.run(_register(home, settings)), needed=True),
    ]
    return carry_out(voices, home, Console(), beside=rest)


def _prompts(home: Path, report: Report) -> str:
    return prompts.make(home, {language: prompt_texts(language) for language in LANGUAGES}, report)


async def _register(home: Path, settings: Settings) -> str:
    kept = secrets.load(home)
    accounts = {login: kept.account(login) for login in (DEMO_OPERATOR, DEMO_MANAGER)}
    secrets.save(home, kept)
    async with Register.open(settings.sql) as register:
        await register.migrate()
        reports = {} if await has_other_town(register) else await load_sample(register)
        await ensure_demo(register, accounts, settings.queues, settings.default_language)
        counts = await register.addresses.counts()
    refused = sum(len(report.refused) for report in reports.values())
    words = ", ".join(f"{count} {noun}" for noun, count in counts.items())
    return f"{settings.sql.split(':', 1)[0]}, migrated; {words}" + (f"; {refused} rows refused" if refused else "")
