"""What the hotline of a drill begins with: its rules, its prompts, its register with the sample town and the staff."""

from __future__ import annotations

import asyncio
import math
import secrets
import tempfile
import wave
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pwdlib.hashers.argon2 import Argon2Hasher

from kezek_api.drill.types import Storm
from kezek_api.passwords import Passwords
from kezek_ivr.dialogue import Dialogue
from kezek_register import Register, Staff, Unavailable, load_sample

QUEUE = "hotline"
LANGUAGE = "ru"
FIRST_PHONE = 201
AGAIN_S = 0.2
RATE, BEEP_S, BEEP_HZ = 8000, 0.3, 440
MARK, MARK_S, MARK_HZ = "outage_now", 0.5, 1000  # by which a caller's ear knows that he is told of an outage
MANAGER = "manager1"

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
[citizens]
quiet = ""
pace = false
retries_s = [3, 8, 20]
"""


def logins(operators: int) -> dict[str, str]:
    """Login -> phone."""
    return {f"operator{number + 1}": str(FIRST_PHONE + number) for number in range(operators)}


def write_rules(folder: Path) -> Path:
    path = folder / "rules.toml"
    path.write_text(RULES, "utf-8")
    return path


def prompts(home: Path, folder: Path) -> Path:
    """The installation's own where they are made, else a beep for each; one is a tone that an ear can tell from all."""
    names = set(Dialogue.load().prompts())
    made, ours = home / "prompts" / LANGUAGE, folder / "prompts" / LANGUAGE
    whole = all((made / f"{name}.wav").is_file() for name in names)
    for name in names:
        path = ours / f"{name}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        if name == MARK:
            _tone(path, MARK_HZ, MARK_S)
        elif whole:
            path.symlink_to((made / f"{name}.wav").resolve())
        else:
            _tone(path, BEEP_HZ, BEEP_S)
    return folder / "prompts"


def _tone(path: Path, hertz: int, seconds: float) -> None:
    period = RATE // math.gcd(RATE, hertz)  # one second of which every sample is the same again
    wave_of = [round(8000 * math.sin(2 * math.pi * hertz * at / RATE)) for at in range(period)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(array("h", (wave_of[at % period] for at in range(int(RATE * seconds)))).tobytes())


@dataclass(frozen=True, slots=True)
class Filled:
    """`staff`: the operators' passwords; `manager`: login and password; `streets`: of the storms, name -> id."""

    staff: dict[str, str]
    manager: tuple[str, str]
    streets: dict[str, int]


async def fill_register(sql_url: str, phones: Mapping[str, str], storms: Sequence[Storm] = ()) -> Filled:
    """Migrated, with the sample town, the streets of these storms, the operators (login -> phone) and a manager. A
    server that only starts is waited for. Raises RegisterError."""
    async with Register.open(sql_url) as register:
        while True:
            try:
                await register.migrate()
                break
            except Unavailable:
                await asyncio.sleep(AGAIN_S)
        await load_sample(register)
        with tempfile.TemporaryDirectory(prefix="kezek-streets-") as folder:
            await _build(register, Path(folder), storms)
        streets = {street.names.get(LANGUAGE, ""): street.id for street in await register.addresses.streets()}
        staff = await _hire(register, phones.items())
        return Filled(staff, (MANAGER, staff.pop(MANAGER)), {one.street: streets[one.street] for one in storms})


async def _build(register: Register, folder: Path, storms: Sequence[Storm]) -> None:
    """Each storm's street, with a household in a house of its own for each of its numbers."""
    if not storms:
        return
    columns = {
        "streets": ["code;kind;ru"],
        "buildings": ["street;house;entrances;flats"],
        "households": ["street;house;flat;person;language;phones"],
    }
    for storm in storms:
        columns["streets"].append(f"{storm.street};street;{storm.street}")
        for house, number in enumerate(storm.numbers, 1):
            columns["buildings"].append(f"{storm.street};{house};;1")
            columns["households"].append(f"{storm.street};{house};;;{LANGUAGE};{number}")
    for what, lines in columns.items():
        (folder / what).write_text("\n".join(lines) + "\n", "utf-8")
    addresses = register.addresses
    for report in (
        await addresses.import_streets(folder / "streets"),
        await addresses.import_buildings(folder / "buildings"),
        await addresses.import_households(folder / "households"),
    ):
        if report.refused:
            raise ValueError(f"a storm's street: {report.refused[0]}")


async def _hire(register: Register, phones: Collection[tuple[str, str]]) -> dict[str, str]:
    """All have one password, of which a sign-in costs nothing: a drill's people sign in again and again."""
    password = secrets.token_urlsafe(12)
    cheap = Passwords(hasher=Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))  # it protects nobody
    hashed = await cheap.hash(password)
    for login, phone in phones:
        await register.staff.add(Staff(login, login.title(), "operator", phone, LANGUAGE, (QUEUE,), {}))
        await register.staff.set_password_hash(login, hashed)
    await register.staff.add(Staff(MANAGER, MANAGER.title(), "manager", "", LANGUAGE, (), {}))
    await register.staff.set_password_hash(MANAGER, hashed)
    return dict.fromkeys((*(login for login, _ in phones), MANAGER), password)
