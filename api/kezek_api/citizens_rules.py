"""The site's rules of what citizens are told: `[citizens]` of rules.toml."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from kezek_ivr.notice_rules import TellingSettings

Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class CitizensRules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    outages: bool = True
    tickets: bool = True
    silent_is_emergency: bool = True
    calls: bool = True
    at_once: Annotated[int, Field(ge=1, le=200)] = 4
    lines: Annotated[int, Field(ge=0, le=10_000)] = 0
    reserve: Annotated[int, Field(ge=0, le=10_000)] = 4
    quiet_from: Clock = "21:00"
    quiet_to: Clock = "08:00"
    retries_s: tuple[Annotated[float, Field(ge=1, le=86_400)], ...] = (600.0, 3600.0, 14_400.0)

    def settings(self, node: str, dial_s: int) -> TellingSettings:
        return TellingSettings(
            node=node,
            at_once=self.at_once,
            lines=self.lines,
            reserve=self.reserve,
            dial_s=dial_s,
            retries_s=self.retries_s,
            quiet=(time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_to)),
        )
