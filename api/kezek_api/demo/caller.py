"""The demo's citizen: dials the short number, answers what he is asked, hangs up when he has his ticket's number."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
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
TICKET_S = 15.0  # after the talk, for a ticket that nobody confirmed: the history makes it


class Call:
    """One demo call; `story()` yields its steps while it is made, `connected` tells whether an operator was reached."""

    def __init__(self, settings: Settings, citizen: Citizen, server: str) -> None:
        self._settings, self._citizen, self._server = settings, citizen, server
        self.token = f"{secrets.randbelow(10**10):010d}"  # dialled behind the number, so digits
        self.call = ""
        self.connected = False
        self._wrapped = False
        self._ticket = False

    async def story(self) -> AsyncIterator[dict[str, Any]]:
        """Steps as {step, at, ...facts}, until the talk is over and the ticket is told, or the call was not taken.

        Raises TimeoutError at the limit.
        """
        espeak, baresip = program(self._settings.home, "espeak-ng"), program(self._settings.home, "baresip")
        with tempfile.TemporaryDirectory(prefix="kezek-call-") as folder:
            sounds = await asyncio.to_thread(self._sounds, espeak, Path(folder))
            account = SipAccount(self._citizen.caller, self._server)
            async with softphone(baresip, account, sounds[""]) as phone:
                number = next(iter(self._settings.numbers))
                steps = read_story(self._settings.redis_url, self._settings.site, self.token)
                await phone.dial(f"sip:{number}*{self.token}@{self._server}")
                async with contextlib.aclosing(self.to_the_end(steps)) as told:
                    async for step in told:
                        yield step
                        await self._react(phone, step, sounds)

    async def to_the_end(
        self, steps: AsyncGenerator[dict[str, Any]], *, limit_s: float = CALL_LIMIT_S, ticket_s: float = TICKET_S
    ) -> AsyncGenerator[dict[str, Any]]:
        """The endless steps to this call's end: the wrap-up and the ticket, in either order, at most `ticket_s` after
        the wrap-up; or the end of a call that nobody took. Raises TimeoutError when that has not come in `limit_s`."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + limit_s
        async with contextlib.aclosing(steps):
            while not (self._wrapped and self._ticket):
                try:
                    async with asyncio.timeout_at(ends):
                        step = await anext(steps)
                except TimeoutError:
                    if self._wrapped:
                        return
                    raise
                match step["step"]:
                    case "connected":
                        self.connected = True
                    case "ticket":
                        self._ticket = True
                    case "wrap_up" if not self._wrapped:
                        self._wrapped = True
                        ends = min(ends, loop.time() + ticket_s)
                yield step
                if step["step"] == "ended" and not self.connected:
                    return

    async def _react(self, phone: Softphone, step: dict[str, Any], sounds: dict[str, Path]) -> None:
        """Do what a citizen does at this step."""
        match step["step"]:
            case "answered":
                self.call = str(step.get("call", ""))
            case "asked":
                if (question := str(step.get("question"))) in sounds:
                    await phone.speak(sounds[question])
            case "connected":
                await phone.speak(sounds[""])
            case "ticket":
                if step.get("confirmed", True):
                    await asyncio.sleep(LAST_WORDS_S)
                    await phone.hang_up()

    def _sounds(self, espeak: Path, folder: Path) -> dict[str, Path]:
        """A wav for each question; '' is silence."""
        sounds = {"": folder / "silence.wav"}
        speak(espeak, "", self._citizen.voice, sounds[""], tail_s=SILENCE_S)
        for question, words in self._citizen.says.items():
            sounds[question] = folder / f"{question}.wav"
            voice, speed = self._citizen.voice, self._citizen.speed
            speak(espeak, words, voice, sounds[question], speed=speed, lead_s=THINKS_S, tail_s=SILENCE_S)
        return sounds
