"""`kezek drill`: holds one, tells it as it goes, shows the verdict."""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace
from pathlib import Path

import structlog
from rich.console import Console

from kezek_api.drill.report import as_json as in_json
from kezek_api.drill.report import show
from kezek_api.drill.run import LONG, SHORT, drill
from kezek_api.drill.sipp import SippError
from kezek_api.drill.site import SiteError
from kezek_api.provision.step import CannotHave

CANNOT_BEGIN = 2


async def hold(home: Path, *, short: bool, seed: int, faults: int, as_json: bool, keep: bool) -> int:
    """The exit status: 0 good, 1 not, 2 when it could not begin or the site fell down for good."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))  # what is meant to fail
    console = Console(stderr=as_json, soft_wrap=True)
    seed = seed or 1 + secrets.randbelow(1_000_000)
    size = SHORT if short else LONG
    if faults:
        size = replace(size, faults=faults)

    def say(words: str) -> None:
        console.print(words, highlight=False, markup=False)

    try:
        done = await drill(home, seed, size, say, keep=keep)
    except (SiteError, SippError) as error:
        console.print(f"[bold red]seed {seed}:[/] ", end="")
        say(str(error))
        return CANNOT_BEGIN
    except CannotHave as error:
        say(f"{error}\nremedy: {error.remedy}")
        return CANNOT_BEGIN
    words = [
        "kezek drill",
        *(["--short"] if short else []),
        *([f"--faults {faults}"] if faults else []),
        f"--seed {seed}",
    ]
    show(console, done.verdict, again=" ".join(words), seen=done.seen, faults=done.faults)
    for remark in done.remarks:
        say(f"remark: {remark}")
    if done.folder is not None:
        say(f"everything that was written is kept in {done.folder}")
    if as_json:
        print(in_json(done.verdict))
    return 0 if done.verdict.good else 1
