"""What a caller in the line is told: his place, the honest wait, and what he may do instead of waiting."""

from __future__ import annotations

import structlog

from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.overload import felt
from kezek_ivr.ports import Rungs
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.types import Waits
from kezek_queue.types import CallKind

log = structlog.get_logger(__name__)


class Telling:
    def __init__(
        self, dialogue: Dialogue, settings: ReceptionSettings, waits: Waits | None, rungs: Rungs | None = None
    ) -> None:
        self._dialogue, self._settings, self._waits, self._rungs = dialogue, settings, waits, rungs

    def place(self, talk: Conversation, position: int, *, first: bool) -> tuple[str, ...]:
        """The prompts. `talk.position` is the place told, `position` the present one, greater only where somebody of a
        higher priority came in between."""
        dialogue, told = self._dialogue, []
        if talk.passed_on:
            talk.passed_on = False
            told.append(dialogue.in_line.transferred)
        elif talk.place_kept:
            talk.place_kept = False
            told.append(dialogue.in_line.place_kept)
            talk.story.tell("place_kept")
        told.append(dialogue.place(talk.position))
        seconds = self._wait(talk, position)
        if (wait := talk.told_wait.tell(seconds, position)) is not None:
            told.append(wait)
            talk.story.tell("wait", seconds=round(seconds or 0.0), told=wait)
        told.append(dialogue.queued if first else dialogue.number_told)
        at_once = felt(talk, self._rungs).callback == "everyone"
        long = seconds is not None and seconds > self._settings.callback_from_s
        if (at_once or long) and self.may_call_back(talk):
            told += self.callback_offer(talk)
        return tuple(told)

    def callback_offer(self, talk: Conversation) -> tuple[str, ...]:
        """Only for whom `may_call_back`."""
        talk.callback_offered = True
        talk.story.tell("callback_offered")
        callback = self._dialogue.callback
        return callback.offer, f"press/{callback.digit}"

    def may_call_back(self, talk: Conversation) -> bool:
        """Not an emergency, whom nobody sends away; not a hidden number; not who was talked with, or called; and
        nobody where the ladder of overload says so."""
        arrival = talk.line.arrival
        first_talk = not talk.talked and talk.kind is CallKind.CALL
        offered = self._settings.callbacks and felt(talk, self._rungs).callback != "none"
        return offered and talk.priority < EMERGENCY and bool(arrival.caller) and first_talk

    def _wait(self, talk: Conversation, position: int) -> float | None:
        if self._waits is None:
            return None
        try:
            return self._waits.wait_s(talk.queue, position)
        except Exception as error:  # noqa: BLE001 - an estimator of any kind may fail in any way; then nothing is told
            log.warning("wait.no_estimate", error=type(error).__name__)
            return None
