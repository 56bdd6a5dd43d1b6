"""A bulletin as callers will hear it: what a person has recorded, else its words by the house's voice."""

from __future__ import annotations

import asyncio
import io
import tempfile
import wave
from pathlib import Path

from kezek_api import sound_file
from kezek_api.provision.programs import program
from kezek_api.provision.prompts import VOICES, speak
from kezek_api.provision.step import CannotHave
from kezek_register.bulletin_types import LONGEST_SOUND, BadBulletin, Bulletin
from kezek_register.sql.bulletins import Bulletins
from kezek_register.types import NotFound

RATE = 8000


class BulletinVoice:
    def __init__(self, home: Path, kept: Bulletins) -> None:
        self._kept = kept
        try:
            self._espeak: Path | None = program(home, "espeak-ng")
        except CannotHave:
            self._espeak = None

    async def heard(self, bulletin: Bulletin, language: str) -> bytes:
        """WAV. Raises NotFound where it has nothing in that language, RegisterError, CannotHave (no voice here)."""
        if language in bulletin.recorded and (sound := await self._kept.sound(bulletin.id, language)):
            return sound
        text = bulletin.words.get(language, "")
        if not text or language not in VOICES:
            raise NotFound(f"the bulletin has nothing in {language}")
        return await asyncio.to_thread(self._spoken, text, language)

    def _spoken(self, text: str, language: str) -> bytes:
        if self._espeak is None:
            raise CannotHave("no espeak-ng on this machine", "record the bulletin instead")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "words.wav"
            speak(self._espeak, text, VOICES[language], path)
            return path.read_bytes()


def as_telephone(content: bytes) -> bytes:
    """A recording of any rate as the telephone plays it: the first channel, 16 bits, 8 kHz. Raises BadBulletin."""
    try:
        sound = sound_file.channels_of(content)[0]
    except (sound_file.NotSound, IndexError) as wrong:
        raise BadBulletin(str(wrong)) from None
    if not sound or len(sound) > LONGEST_SOUND - 1000:
        raise BadBulletin("a recording is a minute at most, and not empty")
    told = io.BytesIO()
    with wave.open(told, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(sound)
    return told.getvalue()
