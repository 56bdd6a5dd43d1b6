"""A caller is given to an emergency service: it is told whom it gets, and what came of it is written down."""

from __future__ import annotations

import structlog

from kezek_ivr.conversation import Conversation
from kezek_ivr.patience import patiently, within
from kezek_ivr.ports import Emergencies, HandOff
from kezek_ivr.settings import ReceptionSettings
from kezek_queue.types import Queues
from kezek_telephony.types import NotTaken, TalkEnded

log = structlog.get_logger(__name__)


class Handing:
    """One hand-over. Whatever is away, the caller is given to the service all the same."""

    def __init__(self, emergencies: Emergencies | None, queues: Queues, settings: ReceptionSettings) -> None:
        self._emergencies, self._queues, self._settings = emergencies, queues, settings

    async def begin(self, talk: Conversation, number: str) -> HandOff | None:
        """None where the number is no emergency service's, or nothing could be had within the limit."""
        if self._emergencies is None:
            return None
        limit = self._settings.directory_limit_s
        notes = await within(self._queues.notes(talk.call), talk.keeper.notes, limit, "notes")
        preparing = self._emergencies.hand_off(talk.call, number, notes, talk.operator)
        handed = await within(preparing, None, self._settings.hand_over_limit_s, "hand_off")
        if handed is not None:
            talk.story.tell("handed_over", to=number)
        return handed

    async def end(self, handed: HandOff | None, outcome: TalkEnded | NotTaken) -> None:
        if handed is None or self._emergencies is None:
            return
        emergencies, hand_off = self._emergencies, handed
        if isinstance(outcome, TalkEnded):
            said = f"connected, {round(outcome.talk_seconds)} s"
        else:
            said = f"not connected: {outcome.reason}"
        limit = self._settings.leave_limit_s  # a caller whom nobody took there waits for it
        if not await patiently(lambda: emergencies.outcome(hand_off, said), limit=limit, what="outcome"):
            log.error("emergency.outcome_lost", emergency=hand_off.id)
