"""`kezek erase`: a person's data goes at his wish."""

from __future__ import annotations

import getpass
import json
from dataclasses import asdict

import typer
from rich.console import Console

from kezek_api.erasing import erase
from kezek_api.rules import RulesError
from kezek_api.settings import Settings
from kezek_register import Register, RegisterError


async def erase_person(settings: Settings, phone: str, *, sure: bool, as_json: bool) -> int:
    """0 when it is done; 1 with the reason when not."""
    console = Console(highlight=False)
    if not sure and not typer.confirm(
        "Household number, name, words, recordings and photos of this person go for ever. Erase?"
    ):
        console.print("nothing was changed")
        return 1
    async with Register.open(settings.sql) as register:
        try:
            folders = (settings.recordings_folder, settings.photos_folder)
            done = await erase(register, *folders, phone, who=f"cli:{getpass.getuser()}", key=settings.key())
        except (RegisterError, RulesError) as error:
            console.print(f"[red]{error}[/]")
            return 1
    counts = {**asdict(done), "recordings": len(done.recordings), "photos": len(done.photos)}
    if as_json:
        print(json.dumps(counts))
        return 0
    console.print("erased: " + ", ".join(f"{name} {number}" for name, number in counts.items()))
    console.print("what was backed up before still holds it; a call that goes on now is written when it ends")
    return 0
