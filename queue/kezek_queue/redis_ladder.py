"""The ladder's verbs on Redis; RedisQueues has them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from . import codec
from .asker import Asker
from .codec import milliseconds, seconds
from .errors import NotAllowed
from .ladder.types import RUNGS, Rung, RungName


class RedisLadder:
    _asker: Asker
    _prefix: str

    async def rung(self) -> Rung:
        kept = await self._asker.get("GET", f"{self._prefix}rung")
        return rung_of(json.loads(kept)) if kept else Rung()

    async def set_rung(
        self,
        name: RungName,
        *,
        by: str,
        n: int,
        why: str = "",
        because: Mapping[str, Any] | None = None,
        held: bool = False,
    ) -> Rung:
        check_rung(name)
        facts = {"name": name, "by": by, "why": why, "because": codec.text_of(because or {}), "held": held}
        return rung_of(await self._asker.once("set_rung", "", None, **facts, n=str(n)))


def check_rung(name: str) -> None:
    if name not in RUNGS:
        raise NotAllowed(f"there is no rung '{name}'")


def rung_of(r: Mapping[str, str]) -> Rung:
    return Rung(
        name=next(name for name in RUNGS if name == r["name"]),
        since=seconds(r["since"]),
        by=r["by"],
        why=r["why"],
        held=r["held"] == "1",
        n=int(r["n"]),
        because=json.loads(r["because"]),
        at=seconds(r["at"]),
    )


def rung_text(rung: Rung) -> str:
    """As the scripts keep it: all texts, times in whole milliseconds."""
    return codec.text_of(
        {
            "name": rung.name,
            "since": str(milliseconds(rung.since)),
            "by": rung.by,
            "why": rung.why,
            "held": "1" if rung.held else "0",
            "n": str(rung.n),
            "because": codec.text_of(rung.because),
            "at": str(milliseconds(rung.at)),
        }
    )
