"""Callers given to 101..104, 112 or another region's numbers (ivr's Emergencies) over SQL: what the service is told
before it has him, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from kezek_api.speaker import Speaker
from kezek_ivr import saying
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.ports import HandOff
from kezek_ivr.prompts import SUBJECTS, prompt_texts
from kezek_register import Register
from kezek_register.duty_types import Emergency
from kezek_register.emergency import Service, Services
from kezek_register.types import RegisterError

log = structlog.get_logger(__name__)

BY_US = "kezek"
SQL_S = 0.8


@dataclass(slots=True)
class _Handed:
    emergency: Emergency  # its id is 0 until it is written down
    names: tuple[str, str]  # of the service: its code and its number
    spoken: str | None = None  # the prompt that was made for it


class SqlEmergencies:
    """Meets `kezek_ivr.ports.Emergencies`. `language`: in which services are told."""

    def __init__(
        self,
        register: Register,
        services: Services,
        dialogue: Dialogue,
        speaker: Speaker,
        *,
        language: str,
        now: Callable[[], datetime],
    ) -> None:
        self._register, self._services, self._dialogue, self._speaker = register, services, dialogue, speaker
        self._language, self._now = language, now
        self._texts = prompt_texts(language)
        self._under_way: dict[int, _Handed] = {}
        self._last = 0

    async def hand_off(self, call: str, number: str, notes: Mapping[str, Any], by: str) -> HandOff | None:
        service = self._service(number)
        if service is None:
            return None
        mine = Emergency(0, call, "", service.code, "transfer", self._words(notes), self._now(), by or BY_US)
        handed = _Handed(mine, (service.code, service.number))
        try:
            async with asyncio.timeout(SQL_S):
                await self._write(handed)
        except (RegisterError, TimeoutError) as away:  # with the outcome, then
            log.warning("emergency.not_written", call=call, service=service.code, error=type(away).__name__)
        told = f"{self._texts['handed_over']} {handed.emergency.context}"
        handed.spoken = await self._speaker.say(told, self._language)
        self._last += 1
        self._under_way[self._last] = handed
        prompts = (handed.spoken,) if handed.spoken else tuple(self._prompts(notes))
        return HandOff(self._last, prompts, self._language)

    async def outcome(self, hand_off: HandOff, outcome: str) -> None:
        handed = self._under_way[hand_off.id]
        if handed.spoken is not None:
            await self._speaker.forget(handed.spoken, hand_off.language)
        if not handed.emergency.id:
            await self._write(handed)
        await self._register.emergencies.outcome(handed.emergency.id, outcome, BY_US)
        del self._under_way[hand_off.id]

    async def _write(self, handed: _Handed) -> None:
        mine = handed.emergency
        asked = [each for each in await self._register.emergencies.of_call(mine.call) if each.service in handed.names]
        if asked and asked[-1].context and asked[-1].context not in mine.context:  # what the operator asked and wrote
            mine = handed.emergency = replace(mine, context=f"{mine.context} {asked[-1].context}".strip())
        handed.emergency = await self._register.emergencies.hand_off(mine)

    def _service(self, number: str) -> Service | None:
        """The site's own region first."""
        services = self._services
        regions = (services.region, *(region for region in services.regions if region != services.region))
        found = (services.by_number(number, region) for region in regions)
        return next((service for service in found if service is not None and service.number == number), None)

    def _prompts(self, notes: Mapping[str, Any]) -> Iterable[str]:
        """Without a voice of the moment: all but the street's name."""
        words = self._dialogue.silent
        yield words.handed_over
        if topic := _value(notes, "topic"):
            yield saying.matter(topic, SUBJECTS)
        for name, prompt in (("house", words.house), ("flat", words.flat)):
            if value := _value(notes, name):
                yield prompt
                yield from saying.digits(value)
        if _silent(notes):
            yield words.cannot_speak

    def _words(self, notes: Mapping[str, Any]) -> str:
        words, texts, told = self._dialogue.silent, self._texts, []
        if street := _value(notes, "street"):
            told.append(f"{street}.")
        for name, prompt in (("house", words.house), ("flat", words.flat)):
            if value := _value(notes, name):
                told.append(f"{texts[prompt]} {value}.")
        if topic := _value(notes, "topic"):
            told.append(texts[saying.matter(topic, SUBJECTS)])
        if _silent(notes):
            told.append(texts[words.cannot_speak])
        return " ".join(told)


def _value(notes: Mapping[str, Any], name: str) -> str:
    return str((notes.get("fields", {}).get(name) or {}).get("value", ""))


def _silent(notes: Mapping[str, Any]) -> bool:
    return bool((notes.get("emergency") or {}).get("how") == "silent")
