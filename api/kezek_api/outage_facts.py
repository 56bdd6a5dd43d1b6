"""The facts of outages for MQTT: a retained message for each, gone a day after it is over. Nobody's data."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from kezek_api.looks import asked
from kezek_api.published import LASTS, public_outages
from kezek_register import Register, RegisterError
from kezek_register.announcements import LANGUAGES, Announcement
from kezek_register.outage_types import Outage, OutageFilter

LOOK_S = 5.0
_FORGET = 7 * LASTS  # what ended so long ago has left the broker, or somebody else sees to it
_WHOLE = 500


class OutageFacts:
    """`migrated`: the tables are there."""

    def __init__(self, register: Register, migrated: asyncio.Event, *, look_s: float = LOOK_S) -> None:
        self._register = register
        self._migrated = migrated
        self._look_s = look_s

    async def changes(self) -> AsyncIterator[tuple[int, str]]:
        """(id, what is told of it now), '' when it is told no more; all of them at first. While SQL is away what was
        told stands."""
        await self._migrated.wait()
        told: dict[int, str] = {}
        first = True
        while True:
            try:
                now = await facts(self._register, datetime.now(UTC))
                gone = told.keys() - now.keys()
                if first:
                    gone |= await _over(self._register, datetime.now(UTC)) - now.keys()
            except RegisterError:
                await asyncio.sleep(self._look_s)
                continue
            first = False
            for id in sorted(gone):
                yield id, ""
            for id, payload in now.items():
                if told.get(id) != payload:
                    yield id, payload
            told = now
            await asyncio.sleep(self._look_s)


async def facts(register: Register, now: datetime) -> dict[int, str]:
    """id -> JSON. Raises RegisterError."""
    shown = await public_outages(register, now)
    words = {language: await asked(register.outages.announced(shown, language)) for language in LANGUAGES}
    return {
        one.id: _payload(one, {language: told[n] for language, told in words.items()}) for n, one in enumerate(shown)
    }


async def _over(register: Register, now: datetime) -> set[int]:
    """Those that ended some days ago: a node that was down then may have left them with the broker."""
    found: set[int] = set()
    for state in ("restored", "cancelled"):
        page = await asked(register.outages.page(OutageFilter(state=state, since=now - _FORGET), "", _WHOLE))
        found |= {one.id for one in page.items}
    return found


def _payload(outage: Outage, told: dict[str, Announcement]) -> str:
    any_language = next(iter(told.values()))
    facts: dict[str, Any] = {
        "id": outage.id,
        "state": any_language.phase,
        "level": outage.level,
        "topic": outage.topic,
        "cause": outage.cause,
        "starts_at": _iso(outage.starts_at),
        "expected_at": _iso(outage.expected_at),
        "ended_at": _iso(outage.ended_at),
        "texts": {
            language: {"title": one.title, "text": one.text, "words": one.words, "where": list(one.where)}
            for language, one in told.items()
        },
    }
    return json.dumps(facts, ensure_ascii=False)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
