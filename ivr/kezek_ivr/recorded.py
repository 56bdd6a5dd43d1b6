"""Recorded intake: what the caller said becomes a ticket with nobody between, and he hears its number.

Only where the ladder of overload says so for his topic, and where there is enough to act upon: who heard too little of
him, or cannot keep it, sends him on to the line. Whoever wishes for an operator waits for one all the same.
"""

from __future__ import annotations

from contextlib import suppress

import structlog

from kezek_ivr import saying
from kezek_ivr.closing import EndCall
from kezek_ivr.conversation import EMERGENCY, Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.overload import felt
from kezek_ivr.patience import within
from kezek_ivr.ports import Intake, Rungs
from kezek_ivr.prompts import SUBJECTS
from kezek_ivr.settings import ReceptionSettings
from kezek_ivr.types import Notes
from kezek_queue.types import End
from kezek_telephony.types import HungUp, TelephonyError

log = structlog.get_logger(__name__)

NEEDED = ("street", "house", "topic")


class RecordedIntake:
    """Without `rungs` or `intake` nobody is recorded."""

    def __init__(
        self,
        intake: Intake | None,
        rungs: Rungs | None,
        dialogue: Dialogue,
        settings: ReceptionSettings,
        end: EndCall,
    ) -> None:
        self._intake, self._rungs, self._dialogue, self._settings, self._end = intake, rungs, dialogue, settings, end

    async def passes(self, talk: Conversation, *, silent: bool) -> bool:
        """False: it is written down, he has been told its number, and the call has its end (RECORDED). Who hangs up
        after it was written down is recorded too. Raises HungUp (before that), LineLost."""
        intake, notes = self._intake, talk.keeper.notes
        if intake is None or not self._wanted(talk, silent=silent) or not enough(notes, self._dialogue.limits.doubtful):
            return True
        limit = self._settings.directory_limit_s
        number = await within(intake.register(talk.call, notes), "", limit, "recorded")
        if not number:
            return True
        talk.keeper.set_recorded(number)
        await talk.keeper.written(self._settings.notes_limit_s)  # the books make the ticket of it, whatever he does now
        talk.story.tell("recorded", number=number)
        try:
            digit = await self._tell(talk, number)
        except HungUp:
            digit = None
        if digit == self._dialogue.emergency_digit:
            talk.priority, talk.straight = EMERGENCY, True
            return True
        if digit == self._dialogue.operator_digit:
            talk.straight = True
            return True
        await self._end(talk, End.RECORDED)
        with suppress(TelephonyError):
            await talk.line.play(self._dialogue.goodbye, language=talk.language)
            await talk.line.hang_up()
        return False

    def _wanted(self, talk: Conversation, *, silent: bool) -> bool:
        """Never who is in danger, says nothing, or has asked for an operator."""
        return not (silent or talk.straight) and felt(talk, self._rungs).record

    async def _tell(self, talk: Conversation, number: str) -> str | None:
        words, topic = self._dialogue.recorded, talk.keeper.notes["fields"].get("topic")
        subject = (saying.matter(topic["value"], SUBJECTS),) if topic else ()
        told = (words.taken, *subject, self._dialogue.ticket.number, *saying.digits(number))
        await talk.line.play(*told, words.stay, language=talk.language)
        return await talk.line.digit(words.answer_s)


def enough(notes: Notes, doubtful: float) -> bool:
    """A place and a matter, none of them worse than doubtful: somebody can be sent there."""
    found = (notes["fields"].get(name) for name in NEEDED)
    return all(field is not None and field["value"] and field["confidence"] >= doubtful for field in found)
