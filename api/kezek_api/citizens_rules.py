"""The site's rules of what citizens are told: `[citizens]` of rules.toml."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kezek_ivr.notice_rules import TellingSettings
from kezek_ivr.pacing import PaceRules

QUIET = "21:00-08:00"
HOURS = r"^(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])?$"
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
    by: Literal["call", "sms"] = "call"
    fallback: bool = True
    quiet: Annotated[str, Field(pattern=HOURS)] | None = None  # None: QUIET, unless an old key says something else
    quiet_from: Clock | None = None  # of old; `quiet` stands before them
    quiet_to: Clock | None = None
    pace: bool = True
    handling_s: Annotated[float, Field(ge=1, le=86_400)] = 180.0
    trickle_min: Annotated[float, Field(gt=0, le=1000)] = 2.0
    retries_s: tuple[Annotated[float, Field(ge=1, le=86_400)], ...] = (600.0, 3600.0, 14_400.0)

    def settings(self, node: str, dial_s: int) -> TellingSettings:
        return TellingSettings(
            node=node,
            at_once=self.at_once,
            lines=self.lines,
            reserve=self.reserve,
            dial_s=dial_s,
            retries_s=self.retries_s,
            quiet=self.hours(),
            pace=PaceRules(handling_s=self.handling_s, trickle_min=self.trickle_min) if self.pace else None,
        )

    def hours(self) -> tuple[time, time]:
        """From and to; the same twice is never."""
        begins, _, ends = (QUIET if self.quiet is None else self.quiet or "00:00-00:00").partition("-")
        return time.fromisoformat(begins), time.fromisoformat(ends)

    def settled(self, of_notices: str) -> tuple[CitizensRules, tuple[str, ...]]:
        """With the one rule of quiet hours, and the old keys that were read for it. `of_notices`: what [notices] says
        of them, the older of the two; what it did not say of calls it does not say now ('')."""
        of_calls = self.quiet_from is not None or self.quiet_to is not None
        old = tuple(
            key
            for key, told in {"citizens.quiet_from, quiet_to": of_calls, "notices.quiet": bool(of_notices)}.items()
            if told
        )
        begins, _, ends = QUIET.partition("-")
        calls = f"{self.quiet_from or begins}-{self.quiet_to or ends}" if of_calls else ""
        quiet = self.quiet if self.quiet is not None else calls or of_notices or QUIET
        return self.model_copy(update={"quiet": quiet, "quiet_from": None, "quiet_to": None}), old


class OutageRules(BaseModel):
    """`[outages]`: what an outage does by itself. `call_out_levels`: whose chain is called out at once;
    `taken_within_s`: for one of it; `reopen_at`: the certainty at which what is still out is an outage of its own, 1 is
    never."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    call_out_levels: tuple[Literal[1, 2, 3], ...] = ()
    taken_within_s: Annotated[float, Field(ge=30, le=3600)] = 120.0
    reopen_at: Annotated[float, Field(ge=0.5, le=1)] = 1.0
