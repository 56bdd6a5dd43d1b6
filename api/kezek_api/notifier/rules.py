"""What rules.toml says of notices and webhooks: `[notices]`; the packaged rules.toml says what each key means."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from kezek_register.notice_types import NoticeKind

Pause = Annotated[float, Field(ge=0, le=604_800)]
Placeholders = Literal["number", "text", "key", "secret"]
_PLACEHOLDER = re.compile(r"\{(number|text|key|secret)\}")
_HOURS = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Gateway(_Table):
    """An HTTP SMS gateway; placeholders in url, headers and body: {number}, {text}, {key}, {secret}."""

    url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    method: Literal["POST", "GET"] = "POST"
    send: Literal["json", "form", "query"] = "json"
    headers: dict[str, str] = Field(default_factory=dict)
    body: dict[str, Any] = Field(default_factory=lambda: {"to": "{number}", "text": "{text}", "reference": "{key}"})
    secret_file: str = ""
    sent_if: str = ""
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 20.0
    per_second: Annotated[float, Field(gt=0, le=1000)] = 10.0
    retries_s: tuple[Pause, ...] = (30.0, 300.0, 1800.0)

    @field_validator("sent_if")
    @classmethod
    def _pattern(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error:
            raise ValueError("no regular expression") from None
        return value

    def filled(self, value: Any, **given: str) -> Any:
        """`value` with its placeholders filled, however deep they stand."""
        if isinstance(value, str):
            return _PLACEHOLDER.sub(lambda found: given[found[1]], value)
        if isinstance(value, dict):
            return {name: self.filled(part, **given) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.filled(part, **given) for part in value]
        return value


class Hooks(_Table):
    """Webhooks: the pauses between tries of one delivery, and when a webhook is switched off."""

    secret_file: str = ""
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 10.0
    retries_s: tuple[Pause, ...] = (10.0, 60.0, 300.0, 1800.0, 7200.0, 21_600.0)
    most_failures: Annotated[int, Field(ge=0, le=10_000)] = 20
    at_once: Annotated[int, Field(ge=1, le=100)] = 8


class NoticeRules(_Table):
    sms: Gateway = Gateway()
    webhooks: Hooks = Hooks()
    quiet: str = ""
    may_wait: tuple[NoticeKind, ...] = ("restored", "expected_moved", "verify", "state")
    stale_s: Annotated[float, Field(ge=60, le=2_592_000)] = 86_400.0
    most_chars: Annotated[int, Field(ge=70, le=2000)] = 335
    texts: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)

    @field_validator("quiet")
    @classmethod
    def _hours(cls, value: str) -> str:
        if value:
            _quiet(value)
        return value

    def kept_back(self, local: datetime) -> tuple[NoticeKind, ...]:
        """The kinds that are not sent at this moment of the site's clock: nobody is woken for good news."""
        if not self.quiet:
            return ()
        begins, ends = _quiet(self.quiet)
        now = local.time().replace(tzinfo=None)
        quiet = begins <= now < ends if begins <= ends else now >= begins or now < ends
        return self.may_wait if quiet else ()


def _quiet(value: str) -> tuple[time, time]:
    found = _HOURS.fullmatch(value)
    if found is None:
        raise ValueError("quiet hours are written 22:00-07:00")
    return time.fromisoformat(found[1]), time.fromisoformat(found[2])
