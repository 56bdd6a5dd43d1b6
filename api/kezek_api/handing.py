"""Callers given to 101..104, 112 or another region's numbers (ivr's Emergencies) over SQL: what the service is told
before it has him, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
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
        self._said: dict[int, str] = {}  # id -> the prompt that was made for it

    async def hand_off(self, call: str, number: str, notes: Mapping[str, Any], by: str) -> HandOff | None:
        service = self._service(number)
        if service is None:
            return None
        prompts = tuple(self._prompts(notes))
        handed, context = 0, self._words(notes)
        try:
            async with asyncio.timeout(SQL_S):
                known = [
                    each for each in await self._register.emergencies.of_call(call) if each.service == service.code
                ]
                if known and known[-1].context:  # what the operator asked and wrote, after our own words
                    context = f"{context} {known[-1].context}"
                mine = Emergency(0, call, "", service.code, "transfer", context, self._now(), by or BY_US)
                handed = (await self._register.emergencies.hand_off(mine)).id
        except (RegisterError, TimeoutError) as away:
            log.warning("emergency.not_written", call=call, service=service.code, error=type(away).__name__)
        spoken = await self._speaker.say(f"{self._texts['handed_over']} {context}", self._language)
        if spoken is not None:
            prompts = (spoken,)
            self._said[handed] = spoken
        return HandOff(handed, prompts, self._language)

    async def outcome(self, hand_off: HandOff, outcome: str) -> None:
        if (spoken := self._said.pop(hand_off.id, None)) is not None:
            await self._speaker.forget(spoken, hand_off.language)
        if hand_off.id:
            await self._register.emergencies.outcome(hand_off.id, outcome, BY_US)

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
