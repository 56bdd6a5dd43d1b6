"""What the hotline of a drill begins with: its rules, its prompts, its register with the sample town and the staff."""

from __future__ import annotations

import asyncio
import math
import secrets
import wave
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path

from kezek_api.passwords import Passwords
from kezek_ivr.dialogue import Dialogue
from kezek_register import Register, Staff, Unavailable, load_sample

QUEUE = "hotline"
LANGUAGE = "ru"
FIRST_PHONE = 201
AGAIN_S = 0.2
RATE, BEEP_S, BEEP_HZ = 8000, 0.3, 440

# Everything that a site would tell in minutes is told in seconds: a drill is short.
RULES = f"""
[queues.{QUEUE}]
names = {{ ru = "Горячая линия", en = "Hotline" }}
together_from = 9
together = 3
redial_s = 30
callback_retries_s = [3, 10]
callback_lease_s = 30
named_s = 5
[callbacks]
offered = true
from_s = 5
dial_s = 8
[recording]
mode = "off"
"""


def logins(operators: int) -> dict[str, str]:
    """Login -> phone."""
    return {f"operator{number + 1}": str(FIRST_PHONE + number) for number in range(operators)}


def write_rules(folder: Path) -> Path:
    path = folder / "rules.toml"
    path.write_text(RULES, "utf-8")
    return path


def prompts(home: Path, folder: Path) -> Path:
    """The installation's own where they are made, else a beep for each."""
    names = set(Dialogue.load().prompts())
    if all((home / "prompts" / LANGUAGE / f"{name}.wav").is_file() for name in names):
        return home / "prompts"
    beeps = folder / "prompts"
    for name in names:
        path = beeps / LANGUAGE / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        _beep(path)
    return beeps


def _beep(path: Path) -> None:
    step = 2 * math.pi * BEEP_HZ / RATE
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(array("h", (round(8000 * math.sin(step * at)) for at in range(int(RATE * BEEP_S)))).tobytes())


async def fill_register(sql_url: str, phones: Mapping[str, str]) -> dict[str, str]:
    """Migrated, with the sample town and these operators (login -> phone); their passwords. A server that only starts
    is waited for. Raises RegisterError."""
    async with Register.open(sql_url) as register:
        while True:
            try:
                await register.migrate()
                break
            except Unavailable:
                await asyncio.sleep(AGAIN_S)
        await load_sample(register)
        return await _hire(register, phones.items())


async def _hire(register: Register, phones: Iterable[tuple[str, str]]) -> dict[str, str]:
    """All have one password: hashing takes a quarter of a second each."""
    password = secrets.token_urlsafe(12)
    hashed = await Passwords().hash(password)
    for login, phone in phones:
        await register.staff.add(Staff(login, login.title(), "operator", phone, LANGUAGE, (QUEUE,), {}))
        await register.staff.set_password_hash(login, hashed)
    return {login: password for login, _ in phones}
