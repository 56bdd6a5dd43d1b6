"""Recording, where the site wants it and the caller has nothing against it."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.greeting import CUT_SHORT_S
from kezek_ivr.keeping import amend
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.types import Recording
from kezek_queue.types import Queues
from kezek_telephony.types import HungUp, Switchboard, TelephonyError

log = structlog.get_logger(__name__)


def recording_file(call: str, since: float) -> str:
    """'2027/01/15/<call>': by the day of the arrival (UTC); below the instance's recordings, without an ending."""
    return f"{datetime.fromtimestamp(since, UTC):%Y/%m/%d}/{re.sub(r'[^A-Za-z0-9._-]', '_', call)}"


class Recorder:
    def __init__(self, board: Switchboard, queues: Queues, dialogue: Dialogue, settings: ReceptionSettings) -> None:
        self._board, self._queues, self._words, self._settings = board, queues, dialogue.recording, settings

    @property
    def at_first(self) -> Recording:
        """What stands before anybody was asked."""
        kinds: dict[str, Recording] = {"off": "forbidden", "consent": "off", "always": "on"}
        return kinds[self._settings.recording]

    async def ask(self, talk: Conversation) -> None:
        """Before the place is told, so that no offer can cut it short. Silence agrees. An emergency is not held up."""
        if talk.recording == "forbidden" or talk.priority == EMERGENCY:
            return
        if talk.recording == "on":
            await talk.line.play(self._words.always, language=talk.language, stop_on_digit=False)
            return
        cut = await talk.line.play(self._words.ask, f"press/{self._words.refuse_digit}", language=talk.language)
        if await talk.line.digit(CUT_SHORT_S if cut else self._words.answer_s) == self._words.refuse_digit:
            await self.refuse(talk)
        else:
            self._stands(talk, "on")

    async def refuse(self, talk: Conversation) -> None:
        """Also later in the line, for as long as nothing is recorded yet."""
        if self._settings.recording == "consent" and talk.recording != "refused":
            self._stands(talk, "refused")
            await talk.line.play(self._words.refused, language=talk.language)

    async def begin(self, talk: Conversation) -> None:
        """The talk begins, which nothing may disturb."""
        if talk.recording == "on":
            with suppress(HungUp):
                await self._record(talk)

    async def rest(self, talk: Conversation) -> None:
        """Back in the line: no music is recorded (and Asterisk would lose the first words after it). The next talk goes
        on in the same file."""
        if talk.recording == "on":
            try:
                await self._board.stop_recording(talk.line)
            except HungUp:
                raise
            except TelephonyError as error:
                log.warning("recording.not_stopped", call=talk.call, code=error.code)

    async def command(self, talk: Conversation, *, on: bool) -> None:
        """The operator's wish; not against the rules, nor against the caller."""
        if talk.recording not in ("on", "off"):
            log.warning("recording.not_allowed", call=talk.call)
            return
        if not on:
            await self._board.stop_recording(talk.line)
        talk.recording = "on" if on else "off"
        if on:
            await self._record(talk)
        await amend(self._queues, talk.call, self._settings.queue_limit_s, recording=talk.recording)

    async def _record(self, talk: Conversation) -> None:
        try:
            await self._board.record(talk.line, recording_file(talk.call, talk.since))
            talk.story.tell("recording", on=True)
        except HungUp:
            raise
        except TelephonyError as error:
            log.error("recording.not_begun", call=talk.call, code=error.code)
            talk.recording = "off"
            await amend(self._queues, talk.call, self._settings.queue_limit_s, recording="off")

    def _stands(self, talk: Conversation, recording: Recording) -> None:
        talk.recording = recording
        talk.keeper.set_recording(recording)
