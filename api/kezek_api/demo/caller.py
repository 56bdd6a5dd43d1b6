"""The demo's citizen: dials the short number, answers what he is asked, hangs up when he has his ticket's number."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from kezek_api.demo.sentences import Citizen
from kezek_api.demo.softphone import SipAccount, Softphone, softphone
from kezek_api.provision.programs import program
from kezek_api.provision.prompts import speak
from kezek_api.settings import Settings
from kezek_api.story import read_story

THINKS_S = 1.5  # before an answer: nobody speaks into the first syllable of a question
SILENCE_S = 60.0  # behind each sentence: the microphone stays open
CALL_LIMIT_S = 150.0
LAST_WORDS_S = 2.0  # between the ticket's number and hanging up


class Call:
    """One demo call; `story()` yields its steps while it is made, `connected` tells whether an operator was reached."""

    def __init__(self, settings: Settings, citizen: Citizen, server: str) -> None:
        self._settings, self._citizen, self._server = settings, citizen, server
        self.token = f"{secrets.randbelow(10**10):010d}"  # dialled behind the number, so digits
        self.call = ""
        self.connected = False

    async def story(self) -> AsyncIterator[dict[str, Any]]:
        """Steps as {step, at, ...facts}, to the end of the wrap-up or of the call; raises TimeoutError at the limit."""
        espeak, baresip = program(self._settings.home, "espeak-ng"), program(self._settings.home, "baresip")
        with tempfile.TemporaryDirectory(prefix="kezek-call-") as folder:
            sounds = await asyncio.to_thread(self._sounds, espeak, Path(folder))
            account = SipAccount(self._citizen.caller, self._server)
            async with softphone(baresip, account, sounds[""]) as phone:
                number = next(iter(self._settings.numbers))
                steps = read_story(self._settings.redis_url, self._settings.site, self.token)
                await phone.dial(f"sip:{number}*{self.token}@{self._server}")
                async with contextlib.aclosing(steps), asyncio.timeout(CALL_LIMIT_S):
                    async for step in steps:
                        yield step
                        if await self._react(phone, step, sounds):
                            return

    async def _react(self, phone: Softphone, step: dict[str, Any], sounds: dict[str, Path]) -> bool:
        """Do what a citizen does at this step; True when the story is over."""
        match step["step"]:
            case "answered":
                self.call = str(step.get("call", ""))
            case "asked":
                if (question := str(step.get("question"))) in sounds:
                    await phone.speak(sounds[question])
            case "connected":
                self.connected = True
                await phone.speak(sounds[""])
            case "ticket":
                if step.get("confirmed", True):
                    await asyncio.sleep(LAST_WORDS_S)
                    await phone.hang_up()
            case "wrap_up":
                return bool(step.get("over", True))
            case "ended":
                return not self.connected
        return False

    def _sounds(self, espeak: Path, folder: Path) -> dict[str, Path]:
        """A wav for each question; '' is silence."""
        sounds = {"": folder / "silence.wav"}
        speak(espeak, "", self._citizen.voice, sounds[""], tail_s=SILENCE_S)
        for question, words in self._citizen.says.items():
            sounds[question] = folder / f"{question}.wav"
            voice, speed = self._citizen.voice, self._citizen.speed
            speak(espeak, words, voice, sounds[question], speed=speed, lead_s=THINKS_S, tail_s=SILENCE_S)
        return sounds
