"""What the ladder of overload does before the line: topics of the day, a neighbour who takes over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from kezek_ivr.closing import EndCall
from kezek_ivr.conversation import BEHIND, USUAL, Conversation
from kezek_ivr.dialogue import Dialogue
from kezek_ivr.overload import felt
from kezek_ivr.ports import Rungs
from kezek_queue.types import CallKind, End
from kezek_telephony.types import HungUp, NotTaken, TalkEnded, TelephonyError

Divert = Callable[[Conversation], Awaitable[TalkEnded | NotTaken]]


class Overloaded:
    """`divert` rings `talk.divert_to`. Without `rungs` the line is always calm."""

    def __init__(self, rungs: Rungs | None, dialogue: Dialogue, end: EndCall, divert: Divert) -> None:
        self._rungs, self._dialogue, self._end, self._divert = rungs, dialogue, end, divert

    def topics(self, talk: Conversation) -> Mapping[str, str]:
        """Of the day: digit -> topic."""
        return felt(talk, self._rungs).topics

    async def passes(self, talk: Conversation) -> bool:
        """False: a neighbouring community has had him, and the call has its end (DIVERTED). One who is not taken there
        goes to our line, to the place that his arrival gives him. Raises HungUp (of who leaves before he is taken),
        LineLost.

        Who goes on to our line and knows already about his house goes after the others."""
        feels = felt(talk, self._rungs)
        if talk.priority == USUAL and feels.behind:
            talk.priority = BEHIND
        number = feels.divert
        if not number or talk.kind is not CallKind.CALL or talk.talked:
            return True
        await talk.line.play(self._dialogue.in_line.neighbour, language=talk.language)
        await talk.line.music()
        talk.divert_to = number
        try:
            outcome = await self._divert(talk)
        except HungUp as left:
            if not left.talked:
                raise
            outcome = TalkEnded(0.0, caller_stays=False, cut=left.cut)
        if isinstance(outcome, NotTaken):
            talk.story.tell("not_taken", operator="", reason=outcome.reason)
            await talk.line.music()
            return True
        await self._end(talk, End.CUT if outcome.cut else End.DIVERTED)
        if outcome.caller_stays:
            with suppress(TelephonyError):
                await talk.line.play(self._dialogue.goodbye, language=talk.language)
                await talk.line.hang_up()
        return False
