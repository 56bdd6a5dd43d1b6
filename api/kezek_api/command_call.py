"""`kezek call`: a demo call, its story line by line, and the check that the ticket stands in SQL."""

from __future__ import annotations

import json
import time
from typing import Any

from rich.console import Console
from rich.text import Text

from kezek_api.demo.caller import Call
from kezek_api.demo.sentences import CITIZENS
from kezek_api.demo.softphone import PhoneError
from kezek_api.demo.telling import tell
from kezek_api.provision.models import heard_languages
from kezek_api.provision.step import CannotHave
from kezek_api.settings import Settings
from kezek_api.supervise import plan
from kezek_register import NotFound, Register, Ticket

PROOF = "ko"  # the language whose model is a package: it proves the path where no other can be had
FIELDS = ("street", "house", "topic")  # a ticket without one of them is not what was promised


async def tell_call(settings: Settings, language: str, *, as_json: bool) -> int:
    """0: the caller spoke with an operator and the ticket stands with its fields; 1: not so; 2: no call was made."""
    console = Console(highlight=False, soft_wrap=True)

    def out(line: str, facts: dict[str, Any], style: str = "") -> None:
        if as_json:
            print(json.dumps(facts, ensure_ascii=False, default=str), flush=True)
        else:
            console.print(Text(line, style=style))

    running = plan.read(settings.home)
    if "sip" not in running:
        out("Kezek is not running here: start it with `kezek up`.", {"step": "failed", "why": "not_running"}, "red")
        return 2
    heard = heard_languages(settings)
    chosen = language or next((one for one in heard if one in CITIZENS), settings.default_language)
    citizen = CITIZENS[chosen]
    why = reason(chosen, heard, settings)
    out(f"The demo call, in {chosen}: {why}", {"step": "call", "language": chosen, "why": why}, "bold")
    made = Call(settings, citizen, str(running["local_sip"]))
    started = time.time()
    ticket: dict[str, Any] = {}
    try:
        async for step in made.story():
            if step["step"] == "ticket":
                ticket = step
            out(tell(step, started), step)
    except (PhoneError, CannotHave) as error:
        out(f"No call could be made: {error}", {"step": "failed", "why": str(error)}, "red")
        return 2
    except TimeoutError:
        out("The story did not come to its end in time.", {"step": "failed", "why": "timeout"}, "red")
    return await verdict(settings, made, ticket, out)


def reason(chosen: str, heard: tuple[str, ...], settings: Settings) -> str:
    others = ", ".join(one for one in settings.languages if one != PROOF)
    if chosen == PROOF and heard == (PROOF,):
        return (
            f"no speech model of {others} is here (kezek setup says how to get one), only the packaged Korean one: "
            "the citizen answers one question at a time, with words that it hears well"
        )
    if chosen in heard:
        return "its speech model is here"
    return "no speech model is here: the call is served, and fields stay as the register knows them"


async def verdict(settings: Settings, made: Call, told: dict[str, Any], out: Any) -> int:
    """Look for the ticket where it counts."""
    ticket: Ticket | None = None
    if number := str(told.get("number", "")):
        async with Register.open(settings.sql) as register:
            try:
                ticket = await register.tickets.get(number)
            except NotFound:
                ticket = None
    missing = [name for name in FIELDS if not (ticket and getattr(ticket, name))]
    good = made.connected and ticket is not None and not missing
    facts = {"step": "verdict", "ok": good, "connected": made.connected, "ticket": number, "missing": missing}
    if good and ticket:
        where = f"{ticket.street} {ticket.house}" + (f", flat {ticket.flat}" if ticket.flat else "")
        out(f"In SQL: ticket {ticket.number}, {where}, {ticket.topic}", facts, "bold green")
    else:
        what = "no ticket in SQL" if ticket is None else f"the ticket lacks {', '.join(missing)}"
        out(f"Not as promised: {'' if made.connected else 'no operator was reached; '}{what}", facts, "bold red")
    return 0 if good else 1
